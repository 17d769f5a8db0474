#include "providers/models_maker.h"

#include <fmt/format.h>

#include "providers/base_url.h"
#include "providers/parameters.h"
#include "runtime/text.h"

namespace docwright::providers {
namespace {

using config::Reading;

class Maker final {
 public:
  Maker(const std::string& name, const WrittenModel& written, const Registry& providers,
        Reading& reading)
      : name_(name),
        written_(written),
        entry_(written.entry),
        providers_(providers),
        reading_(reading) {}

  Model make() {
    Model model;
    model.name = name_;
    model.provider = entry_.provider;
    model.api_name = entry_.api_name.empty() ? name_.substr(name_.rfind('/') + 1) : entry_.api_name;
    model.aliases = entry_.aliases;
    model.reasoning = entry_.reasoning;
    model.key = entry_.key;
    model.headers = entry_.headers;
    const Dialect& dialect = entry_;
    model.dialect = dialect;
    model.parameters = entry_.parameters;
    model.parameters_refused = entry_.parameters_refused;
    model.parameters_below_limit = entry_.parameters_below_limit;
    exclusive(model);
    model.replaced_by = entry_.replaced_by;
    model.quota_group = entry_.quota_group;
    model.entry = model_entry_spec().show(&entry_);
    const Provider* provider = known_provider();
    limits(model);
    price_list(model, provider);
    model.retires = day(entry_.retires);
    address(model, provider);
    words(model);
    ranges(model);
    parameters(model, provider);
    return model;
  }

 private:
  void refuse(std::string_view option, std::string_view complaint) {
    reading_.fail(written_.at(option), fmt::format("'models.{}.{}': {}", name_, option, complaint));
  }

  const Provider* known_provider() {
    const Provider* found = providers_.find(entry_.provider);
    if (found == nullptr) {
      refuse("provider", fmt::format("there is no provider '{}'{}", entry_.provider,
                                     did_you_mean(entry_.provider, providers_.names())));
    }
    return found;
  }

  void limits(Model& model) {
    model.window_tokens = entry_.window_tokens;
    model.input_tokens_max = entry_.input_tokens_max;
    model.output_tokens_max = entry_.output_tokens_max;
    if (model.window_tokens == 0) return refuse("window_tokens", "required, and not given");
    if (model.output_tokens_max == 0) return refuse("output_tokens_max", "required, and not given");
    if (model.output_tokens_max > model.window_tokens) {
      refuse("output_tokens_max", fmt::format("{} is more than the window of {} tokens",
                                              model.output_tokens_max, model.window_tokens));
    }
    if (model.input_tokens_max > model.window_tokens) {
      refuse("input_tokens_max", fmt::format("{} is more than the window of {} tokens",
                                             model.input_tokens_max, model.window_tokens));
    }
  }

  // A day that is none has been reported when it was read.
  static std::optional<Time> day(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const Result<Time> time = parse_rfc3339(text + "T00:00:00Z");
    return time ? std::optional(*time) : std::nullopt;
  }

  Nusd price(std::string_view place, std::string_view option, const std::string& text,
             Nusd otherwise) {
    if (text.empty()) return otherwise;
    const Result<Nusd> amount = parse_money(text);
    if (!amount) refuse(place, fmt::format("{}: {}", option, amount.error().message));
    return amount.value_or(otherwise);
  }

  std::optional<Prices> prices(std::string_view place, const PricesEntry& given) {
    if (given.input.empty() || given.output.empty()) {
      refuse(place, "both input and output are required; without prices leave it out");
      return std::nullopt;
    }
    Prices prices;
    prices.input = price(place, "input", given.input, 0);
    prices.input_cached = price(place, "input_cached", given.input_cached, prices.input);
    prices.input_cache_write = price(place, "input_cache_write", given.input_cache_write, 0);
    prices.input_cache_write_1h =
        price(place, "input_cache_write_1h", given.input_cache_write_1h, 0);
    prices.output = price(place, "output", given.output, 0);
    prices.long_context_over_tokens = given.long_context.over_tokens;
    prices.long_context_input_percent = given.long_context.input_percent;
    prices.long_context_output_percent = given.long_context.output_percent;
    prices.batch_percent = given.batch_percent;
    if (prices.input_cached > prices.input) {
      refuse(place, "input_cached is more than input; a cached prompt never costs more");
    }
    return prices;
  }

  void price_list(Model& model, const Provider* provider) {
    model.prices_as_of = day(entry_.prices.as_of);
    if (written_.priced) {
      if (const auto first = prices("prices", entry_.prices))
        model.price_list.push_back({.prices = *first});
    } else if (provider != nullptr && provider->local != nullptr) {
      model.price_list.push_back({});
    }
    for (const PriceChangeEntry& change : entry_.price_changes) {
      const std::optional<Time> from = day(change.from);
      const std::optional<Prices> changed = prices("price_changes", change.prices);
      if (!from || !changed) continue;
      if (model.price_list.empty() || model.price_list.back().from >= *from) {
        refuse("price_changes", "expected days in ascending order, after prices of their own");
        continue;
      }
      model.price_list.push_back({*from, *changed});
    }
  }

  void address(Model& model, const Provider* provider) {
    if (entry_.base_url.empty()) {
      if (!entry_.headers.empty()) {
        refuse("headers",
               "only a model with a base_url of its own has headers; see providers.NAME.headers");
      }
      return;
    }
    const Result<std::string> normal = normalise_base_url(
        entry_.base_url, provider == nullptr ? AddressForm() : provider->address);
    if (!normal) return refuse("base_url", normal.error().message);
    model.base_url = *normal;
  }

  void exclusive(Model& model) {
    constexpr std::string_view kOr = " or ";
    for (const std::string& text : entry_.parameters_exclusive) {
      std::vector<std::string>& places = model.parameters_exclusive.emplace_back();
      for (std::size_t begin = 0, end = 0; end != text.npos; begin = end + kOr.size()) {
        end = text.find(kOr, begin);
        places.push_back(text.substr(begin, end - begin));
      }
      if (places.size() < 2)
        refuse("parameters_exclusive", fmt::format("expected 'one or other', got '{}'", text));
    }
  }

  void words(Model& model) {
    for (const auto& [parameter, list] : entry_.parameter_words.items()) {
      std::vector<std::string>& words = model.parameter_words[parameter];
      for (const Json& word : list) {
        if (word.is_string()) words.push_back(word.get<std::string>());
      }
      if (!list.is_array() || words.empty() || words.size() != list.size()) {
        refuse("parameter_words", fmt::format("expected a list of words for '{}'", parameter));
      }
    }
  }

  void ranges(Model& model) {
    for (const auto& [parameter, range] : entry_.parameter_ranges.items()) {
      if (range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number() &&
          range[0].get<double>() <= range[1].get<double>()) {
        model.parameter_ranges[parameter] = {range[0].get<double>(), range[1].get<double>()};
      } else {
        refuse(
            "parameter_ranges",
            fmt::format("expected the least and the largest number for '{}': [0, 2]", parameter));
      }
    }
  }

  void parameters(const Model& model, const Provider* provider) {
    for (const auto& [parameter, value] : model.parameters.items()) {
      if (const std::string refusal = parameter_refusal(model, provider, parameter, value);
          !refusal.empty())
        refuse("parameters", refusal);
    }
    if (const std::string conflict = parameter_conflict(model, model.parameters); !conflict.empty())
      refuse("parameters", conflict);
  }

  const std::string& name_;
  const WrittenModel& written_;
  const ModelEntry& entry_;
  const Registry& providers_;
  Reading& reading_;
};

}  // namespace

Model make_model(const std::string& name, const WrittenModel& written, const Registry& providers,
                 Reading& reading) {
  return Maker(name, written, providers, reading).make();
}

}  // namespace docwright::providers
