// From built-in defaults, docwright.yaml and the environment, in this order, to settings of which
// each value knows its origin.
#pragma once
#include <expected>
#include <optional>
#include <string>

#include "config/environment.h"
#include "config/paths.h"
#include "config/settings.h"

namespace docwright::config {

// What the command line says.
struct Start {
  std::optional<std::string> state;        // --state
  std::optional<std::string> config_file;  // --config: must exist
  bool root = false;
};

// Immutable once loaded.
struct Configuration {
  Settings settings;
  Origins origins;
  std::string file;  // that was read; empty: there was none

  // Derived; absolute or as given.
  std::string state, database;
  Endpoints endpoints;
  std::string pipelines, prompts;  // folders; may not exist
};

// Without --config, docwright.yaml in the configuration's folder, if there is one. All errors at
// once.
std::expected<Configuration, Errors> load(const Start& start, const Environment& environment);

// `docwright config show`: every option with its value, nested as in the file; passwords in URLs
// are ***, secrets references.
Json show(const Configuration& configuration);
// {"queue.jobs_max": {"value": 1000000, "origin": "default"}, ...}: file:line:column, the
// variable's name, or --state.
Json show_origins(const Configuration& configuration);
// Lines "queue.jobs_max = 1000000", with the origin behind.
std::string show_text(const Configuration& configuration, bool with_origin);

}  // namespace docwright::config
