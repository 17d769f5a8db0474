// What the step `call` can be told.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/spec.h"
#include "pipeline/registry.h"
#include "pipeline/routes.h"
#include "providers/models.h"

namespace docwright::pipeline {

class Pipeline;
struct Prompt;

// exact: one schema per chunk, with the real names in it (right where grammars are cheap: local
// servers). shared: one schema for all, so that a provider's prompt and schema caches work. Answers
// are checked alike.
enum class AnswerSchema { exact, shared };
// What becomes of a call whose outcome a crash or a cut connection left unknown; it stays charged
// in any case.
enum class OnUnknown { repeat, park, fail };
// Whether the answer is asked for as a stream; by_model: as models.yaml says of the model.
enum class Stream { by_model, always, never };

inline constexpr int kEnsembleMax = 8;

struct CallOptions {
  std::string name;  // of this question; later templates read its answer as {{steps.NAME...}}
  std::vector<std::string> models;  // a model, a route, or models in order; once bound never empty
  bool by_default = false;  // set when the pipeline is parsed: it names none, `models` is what its
                            // configuration did, and the default in force holds (default_model.h)
  // Models and routes that are all asked, each for an answer of its own; empty: one is asked.
  std::vector<std::string> ensemble;
  std::string prompt;  // name of a prompt file; or system and user inline
  std::string system, user;
  std::string answer_language = "English";
  Json parameters = Json::object();  // temperature, ...: over the model's defaults, under the
                                     // submit's; 0 is a value
  std::int64_t answer_tokens_max = 4096;
  AnswerSchema answer_schema = AnswerSchema::shared;
  OnUnknown on_unknown = OnUnknown::repeat;
  Stream stream = Stream::by_model;
  Duration time_limit = std::chrono::minutes(10);  // of one attempt, once it has a place
  int retries = 5;                                 // after transient errors

  // Set when the pipeline is parsed: the compiled templates of `prompt`, or of system and user.
  // Never null in a Pipeline.
  std::shared_ptr<const Prompt> templates;
};

// Whom a pipeline's calls ask, as far as there is such. `default_model`: in place of the
// configuration's, where it is not empty.
std::vector<Route> routes_of(const Pipeline& pipeline, const providers::Models& models,
                             const Routes& routes, const std::string& default_model = {});

const config::Spec<CallOptions>& call_spec();
void add_call(StepRegistry& steps);

}  // namespace docwright::pipeline
