// A prompt: what the model is told before (system) and what it is asked (user), both Mustache
// templates.
//
// Files lie in the prompts folder as NAME.yaml: {description, system, user}.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "config/spec.h"
#include "pipeline/template.h"

namespace docwright::pipeline {

struct Prompt {
  Template system, user;
};

struct PromptFile {
  std::string description;
  std::string system, user;
};
const config::Spec<PromptFile>& prompt_spec();

// The names that a template may use, with a sentence each; pipeline/call renders exactly these.
// Within {{#targets}} the names of a target come first. A list that is rendered item by item
// (parameters, raises, ...) has `last` true on its last item.
struct PromptName {
  std::string_view name;
  std::string_view sentence;
};
std::span<const PromptName> prompt_names();  // at the top: path, project, code, targets, steps, ...
std::span<const PromptName> prompt_target_names();  // within {{#targets}}

}  // namespace docwright::pipeline
