// A pipeline: a YAML file turned into an immutable, typed list of steps.
//
//   name: docstrings
//   description: Documents every definition of a source file.
//   steps:
//     - validate: {bytes_max: 1MiB}
//     - chunk: {limit_tokens: 6000}
//     - call: {prompt: docstrings}
//     - parse: {}
//     - store: {}
//
// What a job needs years later is kept in one text, the bundle: the YAML, every prompt it refers
// to, the default model it was accepted with. The store keeps it under its hash; parse_bundle()
// gives the same pipeline again.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/shipped.h"
#include "config/spec.h"
#include "pipeline/registry.h"
#include "pipeline/routes.h"
#include "providers/models.h"
#include "runtime/hash.h"

namespace docwright::pipeline {

struct Prompt;  // pipeline/prompt.h

// One step of a pipeline.
struct Step {
  std::string name;  // unique in its pipeline: as given, else the kind, else kind_2, kind_3, ...
  const StepKind* kind = nullptr;  // of the registry, which outlives every pipeline
  config::Mark mark;
  Duration time_limit{};  // of one attempt, for one chunk
  int retries = 0;        // after transient errors
  std::shared_ptr<const void> options;
  std::shared_ptr<const Behaviour> behaviour;  // null where the kind has none (lint alone)

  // Precondition: Options is the struct of this kind.
  template <class Options>
  const Options& as() const {
    return *static_cast<const Options*>(options.get());
  }
};

// Immutable; any thread.
class Pipeline final {
 public:
  const std::string& name() const { return name_; }
  const std::string& description() const { return description_; }
  std::span<const Step> steps() const { return steps_; }
  const Step* find(std::string_view step_name) const;
  // The first call's model, route or list of models: what a job uses unless its submit names
  // another.
  const std::string& model() const { return model_; }
  // That call names none itself: model() is the configuration's, and the default in force holds.
  bool asks_default() const { return asks_default_; }
  const std::string& bundle() const { return bundle_; }  // JSON; see above
  const Hash& hash() const { return hash_; }             // of the bundle

 private:
  friend class PipelineParser;
  std::string name_, description_, model_, bundle_;
  bool asks_default_ = false;
  std::vector<Step> steps_;
  Hash hash_{};
};

// What a pipeline's names are looked up in. The references outlive the call.
struct Surroundings {
  const StepRegistry& steps;
  const providers::Models* models = nullptr;  // null: models and their parameters are not checked
  const Routes* routes = nullptr;             // null: likewise
  const providers::Registry* providers =
      nullptr;                     // null: names that a codec reserves are not checked
  std::string default_model = {};  // for calls that name none
  // The prompt file of that name, if there is one; and all names, for the nearest one.
  std::function<std::optional<config::NamedText>(std::string_view name)> prompt = {};
  std::vector<std::string> prompts = {};
  // When it is to run: a model that cannot be asked then is an error. Absent: any time, and a model
  // that has gone fails its calls, not the pipeline.
  std::optional<Time> now = {};
};

// All lint errors at once, each with file:line:column and the nearest name.
using Linted = std::expected<std::shared_ptr<const Pipeline>, config::Errors>;
Linted parse_pipeline(const config::NamedText& file, const Surroundings& surroundings);

// From Pipeline::bundle(). Models are not checked: one that has gone fails its calls, not the
// pipeline.
Result<std::shared_ptr<const Pipeline>> parse_bundle(std::string_view bundle,
                                                     const StepRegistry& steps);

// Every pipeline of the library by name, own and shipped; a file whose `name` is not the file's is
// an error.
using Catalogue = std::map<std::string, std::shared_ptr<const Pipeline>, std::less<>>;
std::expected<Catalogue, config::Errors> load_catalogue(const config::Library& pipelines,
                                                        const Surroundings& surroundings);

// JSON Schema of a pipeline file, from the specs.
Json pipeline_schema(const StepRegistry& steps);
// `docwright pipeline explain STEP`: for a terminal. Unknown: an error with the nearest name.
Result<std::string> explain(const StepRegistry& steps, std::string_view step);
// docs/pipelines.md.
std::string pipelines_page(const StepRegistry& steps);

}  // namespace docwright::pipeline
