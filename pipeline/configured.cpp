#include "pipeline/configured.h"

#include <algorithm>

#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

// Checks names that stand in settings.
class Names final {
 public:
  Names(const config::Configuration& configuration, config::Errors& errors)
      : origins_(configuration.origins), errors_(errors) {}

  // `path` leads to the setting, or to the table or mapping whose key the name is.
  void check(const std::string& path, std::string_view kind, std::string_view name,
             const std::vector<std::string_view>& known) {
    if (std::ranges::find(known, name) != known.end()) return;
    const auto origin = origins_.find(path);
    errors_.push_back(
        Error{Code::configuration,
              "'" + path + "': unknown " + std::string(kind) + " '" + std::string(name) + "'" +
                  did_you_mean(name, known),
              origin == origins_.end() ? "default" : config::to_text(origin->second)});
  }

 private:
  const config::Origins& origins_;
  config::Errors& errors_;
};

std::expected<std::unique_ptr<Configured>, config::Errors> words_of(
    const config::Configuration& configuration) {
  const auto& settings = configuration.settings;
  auto providers = providers::all_providers();
  auto models = providers::Models::shipped(providers, settings.models, settings.unpriced_models);
  if (!models) return std::unexpected(config::Errors{models.error()});
  auto routes = Routes::shipped(*models, settings.routes);
  if (!routes) return std::unexpected(config::Errors{routes.error()});
  return std::make_unique<Configured>(
      Configured{.steps = all_steps(),
                 .providers = std::move(providers),
                 .models = std::move(*models),
                 .routes = std::move(*routes),
                 .pipelines = config::Library("pipelines", configuration.pipelines),
                 .prompts = config::Library("prompts", configuration.prompts),
                 .default_model = settings.model,
                 .catalogue = {}});
}

}  // namespace

Surroundings Configured::surroundings(std::vector<OwnPrompt> own) const {
  std::vector<std::string> names = prompts.names();
  for (const OwnPrompt& prompt : own) names.push_back(prompt.name);
  const auto find =
      [this, own = std::move(own)](std::string_view name) -> std::optional<config::NamedText> {
    const auto at = std::ranges::find(own, name, &OwnPrompt::name);
    return at == own.end() ? prompts.find(name) : std::optional(at->file);
  };
  return {.steps = steps,
          .models = &models,
          .routes = &routes,
          .providers = &providers,
          .default_model = default_model,
          .prompt = find,
          .prompts = std::move(names)};
}

std::expected<std::unique_ptr<const Configured>, config::Errors> vocabulary(
    const config::Configuration& configuration) {
  return words_of(configuration);
}

std::expected<std::unique_ptr<const Configured>, config::Errors> configured(
    const config::Configuration& configuration) {
  auto words = words_of(configuration);
  if (!words) return std::unexpected(std::move(words.error()));
  std::unique_ptr<Configured> made = std::move(*words);
  const auto& settings = configuration.settings;
  config::Errors errors;
  auto catalogue = load_catalogue(made->pipelines, made->surroundings());
  if (!catalogue) errors = std::move(catalogue.error());

  Names names(configuration, errors);
  names.check("model", "model", settings.model, model_and_route_names(made->models, made->routes));
  for (const auto& [name, provider] : settings.providers)
    names.check("providers." + name, "provider", name, made->providers.names());
  const auto pipelines = made->pipelines.names();
  const std::vector<std::string_view> known(pipelines.begin(), pipelines.end());
  names.check("default_pipeline", "pipeline", settings.default_pipeline, known);
  for (const auto& [name, limit] : settings.queue.pipeline_jobs_at_once) {
    names.check("queue.pipeline_jobs_at_once." + name, "pipeline", name, known);
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  made->catalogue = std::move(*catalogue);
  return made;
}

}  // namespace docwright::pipeline
