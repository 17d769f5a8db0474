#include "providers/models.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/shipped.h"
#include "providers/models_maker.h"
#include "providers/models_table.h"
#include "runtime/text.h"

namespace docwright::providers {
namespace {

using config::Node;
using config::Reading;

constexpr std::chrono::days kPricesGrowOld{60};
constexpr std::chrono::days kSoon{30};  // enough to choose another model and to try it

std::string day_text(Time time) {
  return to_rfc3339(time).substr(0, 10);
}

}  // namespace

const Prices* Model::prices_at(Time now) const {
  const Prices* found = nullptr;
  for (const PricesFrom& period : price_list) {
    if (period.from <= now) found = &period.prices;
  }
  return found;
}

bool Model::retires_soon(Time now) const {
  return retires && *retires - now < kSoon;
}

std::string Model::retirement(Time now) const {
  if (!retires) return {};
  const std::string text = fmt::format("the model '{}' {} on {}", name,
                                       retired(now) ? "retired" : "retires", day_text(*retires));
  return replaced_by.empty() ? text : fmt::format("{}: use '{}'", text, replaced_by);
}

Result<Models> Models::parse(const std::vector<NamedText>& texts, const Registry& providers,
                             const Node& further, Unpriced unpriced) {
  Reading reading;
  const WrittenModels written_models = read_models(texts, further, reading);
  const ModelTable& table = written_models.table;

  Models models;
  models.unpriced_ = unpriced;
  for (const auto& [name, written] : table) {
    Model model = make_model(name, written, providers, reading);
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
  for (const auto& [name, model] : models.models_) {
    const std::string& other = model.replaced_by;
    if (other.empty() || models.find(other) != nullptr) continue;
    reading.fail(table.find(name)->second.at("replaced_by"),
                 fmt::format("'models.{}.replaced_by': there is no model '{}'{}", name, other,
                             did_you_mean(other, models.names())));
  }
  for (const auto& [provider, written] : written_models.default_of) {
    const Model* model = models.find(written.model);
    const std::string place = fmt::format("'default_of.{}'", provider);
    if (model == nullptr) {
      reading.fail(written.mark, fmt::format("{}: there is no model '{}'{}", place, written.model,
                                             did_you_mean(written.model, models.names())));
    } else if (model->provider != provider) {
      reading.fail(written.mark, fmt::format("{}: '{}' is a model of the provider '{}'", place,
                                             written.model, model->provider));
    } else {
      models.default_of_.emplace(provider, model->name);
    }
  }
  if (!reading.errors.empty()) return std::unexpected(config::combined(reading.errors));
  return models;
}

Result<Models> Models::shipped(const Registry& providers, const Node& further, Unpriced unpriced) {
  const auto text = config::shipped("models.yaml");
  if (!text) return fail(Code::internal, "the program was built without models.yaml");
  return parse({{text->source, text->text}}, providers, further, unpriced);
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

Result<const Model*> Models::usable(std::string_view name, Time now) const {
  const Result<const Model*> model = get(name);
  if (!model) return model;
  if ((*model)->retired(now)) return fail(Code::unknown_model, (*model)->retirement(now));
  if ((*model)->prices_at(now) == nullptr && unpriced_ == Unpriced::refuse) {
    return fail(
        Code::configuration,
        fmt::format("the model '{}' has no prices, so that nobody knows what it costs: give "
                    "it some (models.{}.prices; 0USD where it costs nothing), or set "
                    "unpriced_models: allow",
                    (*model)->name, (*model)->name));
  }
  return model;
}

const Model* Models::default_of(std::string_view provider) const {
  const auto found = default_of_.find(provider);
  return found == default_of_.end() ? nullptr : find(found->second);
}

std::vector<std::string> Models::old_prices(Time now) const {
  std::map<std::pair<std::string, Time>, int> old;
  for (const auto& [name, model] : models_) {
    if (model.prices_as_of && now - *model.prices_as_of > kPricesGrowOld)
      ++old[{model.provider, *model.prices_as_of}];
  }
  std::vector<std::string> sentences;
  for (const auto& [list, models] : old) {
    sentences.push_back(fmt::format(
        "the prices of {} of {} ({}) are more than {} days old: compare them with the provider's, "
        "and say your own under models.NAME.prices",
        day_text(list.second), list.first,
        models == 1 ? "1 model" : fmt::format("{} models", models), kPricesGrowOld.count()));
  }
  return sentences;
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
