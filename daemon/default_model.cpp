#include "daemon/default_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/write_now.h"
#include "runtime/text.h"

namespace docwright::daemon {
namespace {

using pipeline::Configured;

std::vector<std::string_view> models_of(const std::string& provider, const Configured& known) {
  std::vector<std::string_view> names;
  for (const providers::Model* model : known.models.all()) {
    if (model->provider == provider) names.push_back(model->name);
  }
  return names;
}

Result<std::string> model_of(const std::string& provider, const Configured& known) {
  if (const providers::Model* model = known.models.default_of(provider)) return model->name;
  const std::vector<std::string_view> own = models_of(provider, known);
  if (own.size() == 1) return std::string(own.front());
  return fail(Code::unknown_model,
              own.empty()
                  ? fmt::format("the provider '{}' has no model: add one under 'models' of "
                                "docwright.yaml",
                                provider)
                  : fmt::format("the provider '{}' has several models and none is its default: "
                                "name one of {}",
                                provider, fmt::join(own, ", ")));
}

// A provider, a model or a route, as a model or a route.
Result<std::string> meant_by(const std::string& name, const Configured& known) {
  if (known.providers.find(name) != nullptr) return model_of(name, known);
  if (known.routes.find(name) != nullptr) return name;
  if (const providers::Model* model = known.models.find(name)) return model->name;
  std::vector<std::string_view> names = model_and_route_names(known.models, known.routes);
  const std::vector<std::string_view> providers = known.providers.names();
  names.insert(names.end(), providers.begin(), providers.end());
  std::vector<std::string_view> routes;
  for (const auto& [route, value] : known.routes.all()) routes.push_back(route);
  return fail(Code::unknown_model,
              fmt::format("there is no provider, model or route '{}'{}; providers: {}; routes: {}; "
                          "'docwright model list' names the models",
                          to_valid_utf8(name), did_you_mean(name, names),
                          fmt::join(providers, ", "), fmt::join(routes, ", ")));
}

// Where one target has a key, the others are passed over.
Result<void> has_key(const pipeline::Route& route, const Configured& known,
                     const providers::Credentials& credentials, Time now) {
  std::optional<Error> first;
  for (const pipeline::Target& target : route.targets) {
    const auto model = known.models.usable(target.model, now);
    if (!model) continue;
    const auto endpoints =
        credentials.endpoints(*known.providers.find((*model)->provider), **model);
    if (endpoints) return {};
    if (!first) first = endpoints.error();
  }
  if (!first) return {};
  return std::unexpected(std::move(*first));
}

Error at_name(Error error) {
  error.at = "/name";
  return error;
}

// What was chosen before, and whether it is there.
struct Found {
  store::DefaultModel chosen;
  bool known = true;
};

Found look(store::Database& database, const Configured& known, Time now) {
  const auto chosen = store::default_model(database);
  if (!chosen) return {};
  Found found{*chosen};
  found.known = pipeline::route_of({&chosen->name, 1}, known.models, known.routes).has_value();
  if (!found.known) store::choose_default_model(database, {}, "docwrightd", now);
  return found;
}

}  // namespace

Result<Choice> choose(const wire::ProviderRequest& request, const Catalog& catalog,
                      const providers::Credentials& credentials, Time now) {
  const Configured& known = catalog.configured();
  Choice choice{.name = {}, .by = request.by, .configured = known.default_model, .warnings = {}};
  if (request.action == "reset") return choice;
  const auto name = meant_by(request.name, known);
  if (!name) return std::unexpected(at_name(name.error()));
  const auto route = pipeline::route_of({&*name, 1}, known.models, known.routes);
  if (!route) return std::unexpected(at_name(route.error()));
  if (auto usable = pipeline::usable(*route, known.models, now); !usable)
    return std::unexpected(at_name(usable.error()));
  if (auto key = has_key(*route, known, credentials, now); !key)
    return std::unexpected(at_name(key.error()));
  choice.name = *name;
  choice.warnings = pipeline::retiring(*route, known.models, now);
  return choice;
}

Result<void> check_default_model(const Configured& known, store::Store& store, Time now, Log& log) {
  const auto found = write_now<Found>(store, [&](store::Database& database) -> Result<Found> {
    return look(database, known, now);
  });
  if (!found) return std::unexpected(found.error());
  const std::string& name = found->chosen.name;
  if (name.empty()) return {};
  if (!found->known) {
    log.warning(
        "the default model that was chosen is not in the configuration any more: the "
        "configuration's holds",
        {{"model", name}, {"configured", known.default_model}});
    return {};
  }
  log.info("the default model is not the configuration's: 'docwright provider use' chose it",
           {{"model", name},
            {"configured", known.default_model},
            {"since", to_rfc3339(found->chosen.since)},
            {"by", found->chosen.chosen_by}});
  const auto route = pipeline::route_of({&name, 1}, known.models, known.routes);
  if (auto usable = pipeline::usable(*route, known.models, now); !usable)
    log.warning(usable.error().message);
  return {};
}

std::optional<store::DefaultModel> last_of(const std::vector<store::DefaultModel>& chosen) {
  return chosen.empty() ? std::nullopt : std::optional(chosen.back());
}

wire::DefaultModelView view(const std::optional<store::DefaultModel>& chosen,
                            const std::string& configured) {
  if (!chosen || chosen->name.empty())
    return {.name = configured, .configured = configured, .since = {}, .chosen_by = {}};
  return {.name = chosen->name,
          .configured = configured,
          .since = chosen->since,
          .chosen_by = chosen->chosen_by};
}

std::string chosen(const wire::DefaultModelView& model) {
  return model.since ? model.name : std::string();
}

}  // namespace docwright::daemon
