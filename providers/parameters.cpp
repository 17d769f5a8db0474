#include "providers/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "providers/wire/members.h"

namespace docwright::providers {
namespace {

// Null where nothing stands there.
const Json* value_at(const Json& parameters, std::string_view path) {
  const Json* found = &parameters;
  while (found != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    found = wire::member(*found, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return found;
}

bool holds(const Json& parameters, std::string_view place) {
  const std::size_t equals = place.find('=');
  const bool differs = equals != place.npos && place.substr(0, equals).ends_with('!');
  const Json* value = value_at(parameters, place.substr(0, differs ? equals - 1 : equals));
  if (value == nullptr || value->is_null()) return false;
  if (equals == place.npos) return true;
  const std::string_view word = place.substr(equals + 1);
  const bool same = value->is_string() ? *value == word : value->dump() == word;
  return same != differs;
}

std::string value_refusal(const Model& model, const Json& parameters) {
  for (const auto& [path, words] : model.parameter_words) {
    const Json* value = value_at(parameters, path);
    if (value == nullptr || !value->is_string()) continue;
    if (std::ranges::find(words, value->get<std::string>()) != words.end()) continue;
    return fmt::format("the model '{}' takes {} {}, got {}", model.name, path,
                       fmt::join(words, ", "), dump_json(*value));
  }
  for (const auto& [path, range] : model.parameter_ranges) {
    const Json* value = value_at(parameters, path);
    if (value == nullptr || (!value->is_number() && !value->is_array())) continue;
    const auto [least, most] = range;
    const bool list = value->is_array();  // of which the entries count
    const double number = list ? static_cast<double>(value->size()) : value->get<double>();
    if (number >= least && number <= most) continue;
    return fmt::format("the model '{}' takes {}{} from {} to {}, got {}", model.name,
                       list ? "entries of " : "", path, least, most,
                       list ? std::to_string(value->size()) : dump_json(*value));
  }
  return {};
}

}  // namespace

std::string parameter_refusal(const Model& model, const Provider* provider,
                              std::string_view parameter, const Json& value) {
  const std::string name(parameter);
  const Json alone = {{name, value}};
  for (const std::string& place : model.parameters_refused) {
    if (holds(alone, place))
      return "the model '" + model.name + "' refuses the parameter '" + place + "': leave it out";
  }
  if (provider != nullptr && provider->codec && provider->codec->reserves(parameter))
    return "'" + name + "' is set by docwright itself: leave it out";
  if (provider != nullptr && provider->codec && provider->codec->lacks(parameter, model.dialect))
    return "'" + name + "' is unknown to the provider '" + provider->name + "': leave it out";
  return value_refusal(model, alone);
}

std::string parameter_conflict(const Model& model, const Json& parameters,
                               std::int64_t answer_tokens_max) {
  for (const std::vector<std::string>& places : model.parameters_exclusive) {
    const auto given = std::ranges::count_if(
        places, [&](const std::string& place) { return holds(parameters, place); });
    if (given > 1) {
      return fmt::format("the model '{}' takes only one of {}: leave the others out", model.name,
                         fmt::join(places, ", "));
    }
  }
  for (const std::string& place : model.parameters_below_limit) {
    const Json* value = value_at(parameters, place);
    const bool fits = value == nullptr || !value->is_number() ||
                      value->get<double>() < static_cast<double>(answer_tokens_max);
    if (answer_tokens_max == 0 || fits) continue;
    return fmt::format("the model '{}' takes {} below the answer limit of {} tokens alone, got {}",
                       model.name, place, answer_tokens_max, dump_json(*value));
  }
  return {};
}

void override_parameters(Json& parameters, const Json& later) {
  for (const auto& [name, value] : later.items()) {
    if (value.is_null()) {
      parameters.erase(name);
    } else {
      parameters[name] = value;
    }
  }
}

}  // namespace docwright::providers
