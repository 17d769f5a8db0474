// A prompt: what the model is told before (system), questions as they should be answered
// (examples), and what it is asked (user), all of them Mustache templates.
//
// Files lie in the prompts folder as NAME.yaml: {description, system, examples, user}.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/spec.h"
#include "pipeline/template.h"

namespace docwright::pipeline {

struct Example {
  Template user, assistant;
};

struct Prompt {
  Template system, user;
  std::vector<Example> examples;
};

struct ExampleText {
  std::string user, assistant;
};

struct PromptFile {
  std::string description;
  std::string system, user;
  std::vector<ExampleText> examples;
};
const config::Spec<PromptFile>& prompt_spec();

// The names that a template may use, with a sentence each; pipeline/call renders exactly these.
// Within {{#targets}} the names of a target come first. A list that is rendered item by item
// (parameters, raises, ...) has `last` true on its last item.
struct PromptName {
  std::string_view name;
  std::string_view sentence;
  bool stable = false;  // the same for all chunks of all sources of a project in one language
};
std::span<const PromptName> prompt_names();  // at the top: path, project, code, targets, steps, ...
std::span<const PromptName> prompt_target_names();  // within {{#targets}}

// Whether it renders to the same text for all of those: it names only what is stable.
bool is_stable(const Template& text);

}  // namespace docwright::pipeline
