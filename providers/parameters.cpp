#include "providers/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace docwright::providers {
namespace {

std::string value_refusal(const Model& model, const std::string& parameter, const Json& value) {
  if (const auto words = model.parameter_words.find(parameter);
      words != model.parameter_words.end() && value.is_string() &&
      std::ranges::find(words->second, value.get<std::string>()) == words->second.end()) {
    return fmt::format("the model '{}' takes {} {}, got {}", model.name, parameter,
                       fmt::join(words->second, ", "), dump_json(value));
  }
  if (const auto range = model.parameter_ranges.find(parameter);
      range != model.parameter_ranges.end() && value.is_number()) {
    const auto [least, most] = range->second;
    const double number = value.get<double>();
    if (number < least || number > most) {
      return fmt::format("the model '{}' takes {} from {} to {}, got {}", model.name, parameter,
                         least, most, dump_json(value));
    }
  }
  return {};
}

}  // namespace

std::string parameter_refusal(const Model& model, const Provider* provider,
                              std::string_view parameter, const Json& value) {
  const std::string name(parameter);
  if (std::ranges::find(model.parameters_refused, name) != model.parameters_refused.end())
    return "the model '" + model.name + "' refuses the parameter '" + name + "': leave it out";
  if (provider != nullptr && provider->codec && provider->codec->reserves(parameter))
    return "'" + name + "' is set by docwright itself: leave it out";
  if (provider != nullptr && provider->codec && provider->codec->lacks(parameter, model.dialect))
    return "'" + name + "' is unknown to the provider '" + provider->name + "': leave it out";
  return value_refusal(model, name, value);
}

}  // namespace docwright::providers
