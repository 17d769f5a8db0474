// Pipelines from texts, among models and prompts of a test's own.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "pipeline/pipeline.h"

namespace docwright::pipeline {

inline constexpr std::string_view kModels = R"(
models:
  gpt-test:
    provider: openai
    window_tokens: 128000
    output_tokens_max: 8000
    parameters_refused: [temperature]
    parameters_exclusive: [top_p or top_k]
  other:
    provider: openai
    window_tokens: 128000
    output_tokens_max: 8000
)";

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    auto parsed = providers::Models::parse({{"models.yaml", std::string(kModels)}}, providers_);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    if (parsed) models_ = std::move(*parsed);
    prompts_["docstrings"] = "system: Document.\nuser: |\n  {{path}}\n  {{code}}\n";
    prompts_["broken"] = "user: |\n  fine\n  {{#targets}}\n";
    prompts_["misspelt"] = "usr: '{{code}}'\n";
  }

  Surroundings surroundings() const {
    return {.steps = steps_,
            .models = &models_,
            .routes = &routes_,
            .providers = &providers_,
            .default_model = "gpt-test",
            .prompt = [this](std::string_view name) -> std::optional<config::NamedText> {
              const auto found = prompts_.find(name);
              if (found == prompts_.end()) return std::nullopt;
              return config::NamedText{"prompts/" + found->first + ".yaml", found->second};
            },
            .prompts = {"docstrings", "broken", "misspelt"}};
  }
  Linted parse(const std::string& text) const {
    return parse_pipeline({"p.yaml", text}, surroundings());
  }

  // A file whose steps are these lines.
  static std::string with_steps(const std::string& steps) { return "name: p\nsteps:\n" + steps; }

  StepRegistry steps_ = all_steps();
  providers::Registry providers_ = providers::all_providers();
  providers::Models models_;
  Routes routes_;
  std::map<std::string, std::string, std::less<>> prompts_;
};

}  // namespace docwright::pipeline
