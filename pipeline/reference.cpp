// What people and editors read about steps: `pipeline explain`, docs/pipelines.md, the JSON Schema
// of a pipeline file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pipeline/parse/checks.h"
#include "pipeline/pipeline.h"
#include "pipeline/prompt.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

// The step's example as it stands in a pipeline file.
std::string example_yaml(const StepKind& kind, const std::string& indent) {
  std::string text = indent + "- " + kind.name() + ":\n";
  std::string_view rest = kind.place.example;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    text += indent + "    " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
  return text;
}

std::string place_text(const StepPlace& place) {
  std::string text = place.scope == Scope::source
                         ? "Runs once per job, on the whole source."
                         : "Runs for each chunk; chunks run at the same time.";
  text += place.count == Count::once ? " Exactly one in a pipeline" : " Any number in a pipeline";
  text += place.after.empty() ? ", its first step."
          : place.last        ? ", its last step."
                              : ", after " + place.after + ".";
  return text;
}

template <class Names>
std::string names_table(const Names& names) {
  std::string table = "| name | |\n|---|---|\n";
  for (const auto& name : names) table += fmt::format("| `{}` | {} |\n", name.name, name.sentence);
  return table;
}

constexpr std::string_view kIntroduction =
    R"(# Pipelines

<!-- Generated from the specs of the steps; a test compares it, and writes down what it should be. -->

A pipeline says what is done with each source file. It is a YAML file of the pipelines folder, `NAME.yaml`, with `name`, `description` and
`steps` in order:

```yaml
name: mine
description: Documents every definition of a source file.
steps:
  - validate
  - chunk: {limit_tokens: 3000}
  - call: {prompt: docstrings}
  - parse
  - store
```

`docwright pipeline lint FILE` checks one, with line and column. A job ends with the version of the pipeline that it was accepted with, prompts
included, whatever becomes of the files.

Every step can have a `name`; several call and parse pairs may follow each other, and a later template reads an earlier answer:
`{{steps.NAME.text}}`. A step's failure is permanent (the job fails, or its chunk's documents are flagged) or transient (it is tried again, up to
`retries` times, after a random pause that grows).

)";

constexpr std::string_view kTemplates =
    R"(## Prompts and templates

A prompt is a file of the prompts folder, `NAME.yaml`, with `system`, `examples` and `user`, or (without examples) stands in the step itself. All are
[Mustache](https://mustache.github.io/mustache.5.html) templates: `{{name}}`, `{{#list}}...{{/list}}`, `{{^empty}}...{{/empty}}`. Nothing is escaped. A name that
does not exist is an error at lint; a prompt that renders empty is refused before it is sent.

```yaml
system: You document {{language}} code. Write in {{answer_language}}.
examples:                          # questions as they should be answered, sent before the real one
  - user: "int twice(int x) { return 2 * x; }"
    assistant: '{"documents": [{"symbol": "twice", "summary": "Returns x doubled."}]}'
user: |
  {{code}}
```

Providers keep the beginning of a prompt that they see again, and charge a tenth to a half of the price for it. It is the same for all chunks as far as the
messages name nothing but `project`, `language` and `answer_language`: keep `system` and `examples` to these, and let the call say `answer_schema: shared` (the default).

)";

}  // namespace

Json pipeline_schema(const StepRegistry& steps) {
  Json kinds = Json::array();
  Json bare = Json::array();
  for (const auto& kind : steps.all()) {
    kinds.push_back({{"type", "object"},
                     {"description", kind->spec->sentence()},
                     {"properties",
                      {{kind->name(),
                        {{"anyOf", Json::array({json_schema(*kind->spec), {{"type", "null"}}})}}}}},
                     {"required", {kind->name()}},
                     {"additionalProperties", false}});
    bare.push_back(kind->name());
  }
  kinds.push_back({{"enum", bare}});
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "docwright pipeline"},
          {"type", "object"},
          {"properties",
           {{"name", {{"type", "string"}}},
            {"description", {{"type", "string"}}},
            {"steps", {{"type", "array"}, {"items", {{"anyOf", kinds}}}}}}},
          {"required", {"name", "steps"}},
          {"additionalProperties", false}};
}

Result<std::string> explain(const StepRegistry& steps, std::string_view step) {
  const StepKind* kind = steps.find(step);
  if (!kind) {
    const auto names = steps.names();
    return fail(Code::not_found, fmt::format("unknown step '{}'{}; the steps are {}", step,
                                             did_you_mean(step, names), fmt::join(names, ", ")));
  }
  return fmt::format("{}: {}\n\n{}\n\nOptions:\n{}\nExample:\n{}", kind->name(),
                     kind->spec->sentence(), place_text(kind->place), text_reference(*kind->spec),
                     example_yaml(*kind, "  "));
}

std::string pipelines_page(const StepRegistry& steps) {
  std::string page(kIntroduction);
  for (const auto& kind : steps.all()) {
    page += fmt::format("## {}\n\n{}\n\n{}\n\n{}\n```yaml\nsteps:\n{}```\n\n", kind->name(),
                        kind->spec->sentence(), place_text(kind->place),
                        markdown_reference(*kind->spec), example_yaml(*kind, "  "));
  }
  page += "## Checks of parse\n\n| check | severity | what must hold |\n|---|---|---|\n";
  for (const CheckInfo& check : all_checks())
    page += fmt::format("| {} | {} | {} |\n", check.id, name(check.severity), check.sentence);
  page += "\n" + std::string(kTemplates) + names_table(prompt_names());
  page += "\nWithin `{{#targets}}...{{/targets}}`:\n\n" + names_table(prompt_target_names());
  return page;
}

}  // namespace docwright::pipeline
