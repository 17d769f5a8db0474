// Everything that a configuration names, looked up and checked: what the daemon's start, `config
// check` and `pipeline lint` share.
#pragma once
#include <expected>
#include <memory>

#include "config/load.h"
#include "config/shipped.h"
#include "pipeline/pipeline.h"
#include "providers/models.h"

namespace docwright::pipeline {

// A prompt that goes before the configured one of its name.
struct OwnPrompt {
  std::string name;
  config::NamedText file;
};

// Immutable; any thread. Pipelines point into `steps`, so it outlives them.
struct Configured {
  StepRegistry steps;
  providers::Registry providers;
  providers::Models models;
  Routes routes;
  config::Library pipelines, prompts;
  std::string default_model;
  Catalogue catalogue;  // every pipeline, own and shipped; empty in a vocabulary

  // Must not outlive this.
  Surroundings surroundings(std::vector<OwnPrompt> own = {}) const;
};

// What a pipeline may name, without the pipelines that there are: for linting a further file.
std::expected<std::unique_ptr<const Configured>, config::Errors> vocabulary(
    const config::Configuration& configuration);

// All errors at once: of models, of routes, of every pipeline and prompt, and names in the settings
// that name nothing (a provider, the model, the default pipeline, the pipelines of
// queue.pipeline_jobs_at_once), each where the setting came from and with the nearest name.
std::expected<std::unique_ptr<const Configured>, config::Errors> configured(
    const config::Configuration& configuration);

}  // namespace docwright::pipeline
