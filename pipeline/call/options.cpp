#include "pipeline/call/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/binding.h"
#include "pipeline/call/call.h"

namespace docwright::pipeline {
namespace {

void bind_templates(CallOptions& options, Binding& binding) {
  const bool is_inline = binding.given("system") || binding.given("user");
  if (!options.prompt.empty() && is_inline) {
    binding.error(binding.given("user") ? "user" : "system",
                  "expected either prompt or system and user, got both");
  } else if (!options.prompt.empty()) {
    options.templates = binding.prompt(options.prompt);
  } else if (options.user.empty()) {
    binding.error(is_inline ? "user" : "prompt",
                  "no question: expected prompt, or user (and system)");
  } else {
    options.templates = binding.inline_prompt(options.system, options.user);
  }
}

// An error is what no target of the call can do; a single one that cannot goes without.
void check_route(const CallOptions& options, std::string_view option,
                 std::span<const std::string> models, Binding& binding) {
  const auto& around = binding.surroundings();
  if (around.models == nullptr || around.routes == nullptr || around.providers == nullptr) return;
  const Result<Route> route = route_of(models, *around.models, *around.routes);
  if (!route) return;
  if (around.now) {
    const auto can_be_asked = usable(*route, *around.models, *around.now);
    if (!can_be_asked) binding.error(option, can_be_asked.error().message);
  }
  for (const auto& [name, value] : options.parameters.items()) {
    if (auto refusal = parameter_refusal(*route, *around.models, *around.providers, name, value);
        !refusal.empty())
      binding.error("parameters", refusal);
  }
  if (auto conflict =
          parameter_conflict(*route, *around.models, options.parameters, options.answer_tokens_max);
      !conflict.empty())
    binding.error("parameters", conflict);
  const auto writes = [&](const Target& target) {
    return around.models->find(target.model)->output_tokens_max;
  };
  const Target& most = *std::ranges::max_element(route->targets, {}, writes);
  if (options.answer_tokens_max > writes(most)) {
    binding.error("answer_tokens_max",
                  fmt::format("the model '{}' writes at most {} tokens, got {}", most.model,
                              writes(most), options.answer_tokens_max));
  }
}

void bind(CallOptions& options, Binding& binding) {
  bind_templates(options, binding);
  // What an ensemble's answers leave to be corrected is asked of its first member.
  if (options.models.empty() && !options.ensemble.empty()) {
    options.models = {options.ensemble[0]};
  } else {
    options.by_default = options.models.empty();
    options.models = binding.models("model", options.models);
    check_route(options, "model", options.models, binding);
  }
  if (options.ensemble.size() == 1)
    binding.error("ensemble", "one member is no ensemble: expected two or more, or `model` alone");
  for (const std::string& member : options.ensemble)
    check_route(options, "ensemble", binding.models("ensemble", {member}), binding);
}

}  // namespace

std::vector<Route> routes_of(const Pipeline& pipeline, const providers::Models& models,
                             const Routes& routes, const std::string& default_model) {
  std::vector<Route> named;
  for (const Step& step : pipeline.steps()) {
    if (step.kind->name() != "call") continue;
    const auto& options = step.as<CallOptions>();
    const auto add = [&](std::span<const std::string> names) {
      if (auto route = route_of(names, models, routes)) named.push_back(std::move(*route));
    };
    if (options.by_default && !default_model.empty()) {
      add({&default_model, 1});
    } else {
      add(options.models);
    }
    for (const std::string& member : options.ensemble) add({&member, 1});
  }
  return named;
}

const config::Spec<CallOptions>& call_spec() {
  using config::option;
  using config::word;
  using S = CallOptions;
  static const config::Spec<S> spec(
      "Asks a model about the chunk. Each question is journalled and reserved before it is sent, "
      "its answer before it is used; a "
      "question that has its answer is never asked again.",
      with_common<S>(
          {option("model", &S::models)
               .or_one()
               .range(1, 16)
               .about("The model, as `docwright model list` names it, or a route, or models in "
                      "the order in which they are asked; default: the configuration's, or whom "
                      "`docwright provider use` chose. A submit may name another."),
           option("ensemble", &S::ensemble)
               .range(0, kEnsembleMax)
               .about("Models and routes that are all asked at the same time, each answer charged "
                      "by itself; the parse step's `combine` makes one of them. `model` then "
                      "answers what is left to be corrected; default: the first. A submit that "
                      "names a model asks that one alone."),
           option("prompt", &S::prompt).range(1, 100).about("The prompt file, prompts/NAME.yaml."),
           option("system", &S::system)
               .prompt()
               .about("In place of a prompt file: what the model is told before."),
           option("user", &S::user).prompt().about("In place of a prompt file: what it is asked."),
           option("answer_language", &S::answer_language)
               .range(1, 35)
               .about("The language to write in; a submit may name another."),
           option("parameters", &S::parameters)
               .about("Parameters of the model, as its provider names them (temperature, ...), "
                      "over the model's defaults and under the submit's; 0 is a value."),
           option("answer_tokens_max", &S::answer_tokens_max)
               .range(16, 1'000'000)
               .unit("tokens")
               .about("Longest answer; it is always sent, and reserved in the budget."),
           word("answer_schema", &S::answer_schema,
                {{"exact", AnswerSchema::exact}, {"shared", AnswerSchema::shared}})
               .about("exact: a JSON Schema with the real names, made for each chunk (for local "
                      "servers). shared: one for all, so that a provider's caches work. Answers "
                      "are checked alike."),
           word("on_unknown", &S::on_unknown,
                {{"repeat", OnUnknown::repeat},
                 {"park", OnUnknown::park},
                 {"fail", OnUnknown::fail}})
               .about("What becomes of a question whose outcome a crash or a cut connection left "
                      "unknown; the lost call stays charged."),
           word("stream", &S::stream,
                {{"by_model", Stream::by_model},
                 {"always", Stream::always},
                 {"never", Stream::never}})
               .about("Whether the answer is asked for as a stream. by_model: as the model's "
                      "`streaming` says, by default where the answer limit is above 16,000 "
                      "tokens.")}));
  return spec;
}

void add_call(StepRegistry& steps) {
  steps.add<CallOptions>(
      {.name = "call",
       .after = "chunk",
       .example = "name: draft\n"
                  "system: You document source code. Write in {{answer_language}}.\n"
                  "user: |\n"
                  "  Document these definitions of {{path}}:\n"
                  "  {{#targets}}{{symbol}}: {{signature}}\n"
                  "  {{/targets}}\n"
                  "  {{code}}\n"
                  "parameters: {temperature: 0}\n"
                  "answer_tokens_max: 2048\n"},
      call_spec(), bind, call_behaviour);
}

}  // namespace docwright::pipeline
