#include "providers/models.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/shipped.h"
#include "providers/base_url.h"
#include "providers/models_entry.h"
#include "runtime/text.h"

namespace docwright::providers {
namespace {

using config::Mark;
using config::Node;
using config::Reading;

// An entry and where it (and each of its options, the last time it was given) stands.
struct Written {
  ModelEntry entry;
  Mark mark;
  std::map<std::string, Mark, std::less<>> marks;
  bool priced = false;

  const Mark& at(std::string_view option) const {
    const auto found = marks.find(option);
    return found == marks.end() ? mark : found->second;
  }
};
using Table = std::map<std::string, Written, std::less<>>;

bool good_name(std::string_view name) {
  if (name.empty() || name.size() > 200) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-:/@+").contains(c);
  });
}

void read_table(const Node& table, Table& models, Reading& reading) {
  if (table.kind == Node::Kind::null) return;
  if (table.kind != Node::Kind::map) {
    reading.fail(table.mark,
                 "'models': expected a mapping of names to models, got " + described(table));
    return;
  }
  for (const Node::Entry& item : table.entries) {
    if (!good_name(item.key)) {
      reading.fail(
          item.mark,
          fmt::format("'{}' is no name for a model: expected letters, digits and . _ - : / @ +",
                      item.key));
      continue;
    }
    Written& written = models[item.key];
    written.mark = item.mark;
    for (const Node::Entry& option : item.value.entries)
      written.marks[option.key] = option.value.mark;
    written.priced |= item.value.find("prices") != nullptr;
    model_entry_spec().read(item.value, &written.entry, "models." + item.key, reading);
  }
}

void read_text(const Models::NamedText& text, Table& models, Reading& reading) {
  const Result<Node> root = config::parse_yaml(text.first, text.second);
  if (!root) {
    reading.errors.push_back(root.error());
    return;
  }
  if (root->kind == Node::Kind::null) return;
  const Node* table = root->find("models");
  for (const Node::Entry& entry : root->entries) {
    if (entry.key != "models") {
      reading.fail(entry.mark, fmt::format("'{}' is unknown here: expected 'models'", entry.key));
    }
  }
  if (table != nullptr) {
    read_table(*table, models, reading);
  } else if (root->kind != Node::Kind::map) {
    reading.fail(root->mark, "expected a mapping with 'models', got " + described(*root));
  }
}

// Makes one entry a Model, and says everything that is wrong with it.
class Maker {
 public:
  Maker(const std::string& name, const Written& written, const Registry& providers,
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
    model.dialect = entry_;
    model.parameters = entry_.parameters;
    model.parameters_refused = entry_.parameters_refused;
    limits(model);
    prices(model);
    address(model);
    parameters(provider());
    return model;
  }

 private:
  void refuse(std::string_view option, std::string_view complaint) {
    reading_.fail(written_.at(option), fmt::format("'models.{}.{}': {}", name_, option, complaint));
  }

  const Provider* provider() {
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

  Nusd price(std::string_view option, const std::string& text, Nusd otherwise) {
    if (text.empty()) return otherwise;
    const Result<Nusd> amount = parse_money(text);
    if (!amount) refuse("prices", fmt::format("{}: {}", option, amount.error().message));
    return amount.value_or(otherwise);
  }

  void prices(Model& model) {
    if (!written_.priced) return;
    const PricesEntry& given = entry_.prices;
    if (given.input.empty() || given.output.empty()) {
      return refuse("prices", "both input and output are required; without prices leave it out");
    }
    Prices prices;
    prices.input = price("input", given.input, 0);
    prices.input_cached = price("input_cached", given.input_cached, prices.input);
    prices.input_cache_write = price("input_cache_write", given.input_cache_write, 0);
    prices.output = price("output", given.output, 0);
    prices.long_context_over_tokens = given.long_context.over_tokens;
    prices.long_context_input_percent = given.long_context.input_percent;
    prices.long_context_output_percent = given.long_context.output_percent;
    if (prices.input_cached > prices.input) {
      refuse("prices", "input_cached is more than input; a cached prompt never costs more");
    }
    model.prices = prices;
  }

  void address(Model& model) {
    if (entry_.base_url.empty()) {
      if (!entry_.headers.empty()) {
        refuse("headers",
               "only a model with a base_url of its own has headers; see providers.NAME.headers");
      }
      return;
    }
    const Result<std::string> normal = normalise_base_url(entry_.base_url);
    if (!normal) return refuse("base_url", normal.error().message);
    model.base_url = *normal;
  }

  void parameters(const Provider* provider) {
    for (const auto& [parameter, value] : entry_.parameters.items()) {
      if (std::ranges::find(entry_.parameters_refused, parameter) !=
          entry_.parameters_refused.end()) {
        refuse("parameters", fmt::format("'{}' is among parameters_refused", parameter));
      }
      if (provider != nullptr && provider->codec != nullptr &&
          provider->codec->reserves(parameter)) {
        refuse("parameters", fmt::format("'{}' is set by docwright itself", parameter));
      }
      if (provider != nullptr && provider->codec != nullptr &&
          provider->codec->lacks(parameter, entry_)) {
        refuse("parameters",
               fmt::format("'{}' is unknown to the provider '{}'", parameter, provider->name));
      }
    }
  }

  const std::string& name_;
  const Written& written_;
  const ModelEntry& entry_;
  const Registry& providers_;
  Reading& reading_;
};

}  // namespace

Result<Models> Models::parse(const std::vector<NamedText>& texts, const Registry& providers,
                             const Node& further) {
  Reading reading;
  Table table;
  for (const NamedText& text : texts) read_text(text, table, reading);
  read_table(further, table, reading);

  Models models;
  for (const auto& [name, written] : table) {
    Model model = Maker(name, written, providers, reading).make();
    for (const std::string& alias : model.aliases) {
      const auto [known, fresh] = models.aliases_.emplace(alias, name);
      if (!fresh || table.contains(alias)) {
        reading.fail(
            written.at("aliases"),
            fmt::format("'models.{}.aliases': '{}' is the name of another model", name, alias));
      }
    }
    models.models_.emplace(name, std::move(model));
  }
  if (!reading.errors.empty()) return std::unexpected(config::combined(reading.errors));
  return models;
}

Result<Models> Models::shipped(const Registry& providers, const Node& further) {
  const auto text = config::shipped("models.yaml");
  if (!text) return fail(Code::internal, "the program was built without models.yaml");
  return parse({{text->source, text->text}}, providers, further);
}

const Model* Models::find(std::string_view name) const {
  auto found = models_.find(name);
  if (found != models_.end()) return &found->second;
  const auto alias = aliases_.find(name);
  if (alias == aliases_.end()) return nullptr;
  found = models_.find(alias->second);
  return &found->second;
}

Result<const Model*> Models::get(std::string_view name) const {
  if (const Model* model = find(name)) return model;
  return fail(Code::unknown_model, fmt::format("there is no model '{}'{}; 'docwright model list' "
                                               "names them all, and the configuration's 'models' "
                                               "adds others",
                                               to_valid_utf8(name), did_you_mean(name, names())));
}

std::vector<const Model*> Models::all() const {
  std::vector<const Model*> all;
  for (const auto& [name, model] : models_) all.push_back(&model);
  return all;
}

std::vector<std::string_view> Models::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, model] : models_) names.push_back(name);
  for (const auto& [alias, name] : aliases_) names.push_back(alias);
  return names;
}

}  // namespace docwright::providers
