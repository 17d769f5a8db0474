// What of a prompt a provider can keep: the messages that no chunk changes.
#include "pipeline/prompt.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kPrompt =
    R"(system: You document {{language}}. Write in {{answer_language}}.
examples:
  - user: "int twice(int x) { return 2 * x; }"
    assistant: '{"documents": []}'
  - user: "void stop();"
    assistant: '{"documents": [1]}'
user: |
  {{path}}
  {{code}}
  {{facts}}
)";

class PromptTest : public PipelineWorld {
 protected:
  std::shared_ptr<Job> asking(std::string_view prompt, std::string_view schema, std::int64_t row) {
    const Surroundings around{
        .steps = steps_,
        .models = &models_,
        .providers = &registry_,
        .default_model = "test",
        .prompt = [prompt](std::string_view) -> std::optional<config::NamedText> {
          return config::NamedText{"prompts/shown.yaml", std::string(prompt)};
        },
        .prompts = {"shown"}};
    auto parsed = parse_pipeline({"p.yaml", fmt::format("name: p\nsteps:\n  - validate\n  - chunk\n"
                                                        "  - call: {{prompt: shown, "
                                                        "answer_schema: {}}}\n"
                                                        "  - parse\n  - store\n",
                                                        schema)},
                                 around);
    if (!parsed) {
      const Error error = config::combined(parsed.error());
      error_ = error.at + ": " + error.message;
      return nullptr;
    }
    auto job = planned_job(4, 2, row);
    job->pipeline = *parsed;
    return job;
  }

  // All that a provider sees before the question itself: the same text has the same prefix.
  std::set<std::string> prefixes() {
    std::set<std::string> seen;
    for (const HttpRequest& request : provider_.requests) {
      Json body = *parse_json(request.body);
      body["messages"].erase(body["messages"].size() - 1);
      seen.insert(body.dump());
    }
    return seen;
  }

  void use(const std::string& cache) {
    models_ =
        providers::Models::parse({{"models.yaml",
                                   "models: {test: {window_tokens: 200000, output_tokens_max: "
                                   "8000, prices: {input: 1USD, output: 2USD}, prompt_cache: " +
                                       cache + "}}"}},
                                 registry_)
            .value();
  }

  std::string error_;
};

TEST_F(PromptTest, ExamplesStandBetweenSystemAndTheQuestion) {
  use("automatic");
  run(asking(kPrompt, "shared", 1));
  const Json messages = (*parse_json(provider_.requests.at(0).body))["messages"];
  ASSERT_EQ(messages.size(), 6U);
  EXPECT_EQ(messages[0]["content"], "You document python. Write in English.");
  EXPECT_EQ(messages[1]["role"], "user");
  EXPECT_EQ(messages[1]["content"], "int twice(int x) { return 2 * x; }");
  EXPECT_EQ(messages[4]["role"], "assistant");
  EXPECT_EQ(messages[4]["content"], R"({"documents": [1]})");
  EXPECT_THAT(messages[5]["content"].get<std::string>(), HasSubstr("def f0(x)"));
}

// What a provider's cache lives on. The key that it is told is made of the stable messages alone,
// so that it is the same as well.
TEST_F(PromptTest, TheStablePrefixOfASharedSchemaIsTheSameByteForByte) {
  use("key");
  run(asking(kPrompt, "shared", 1));
  auto other = asking(kPrompt, "shared", 2);
  other->path = "lib/b.py";
  run(other);
  ASSERT_GE(provider_.requests.size(), 8U);
  EXPECT_EQ(prefixes().size(), 1U);
  EXPECT_THAT(*prefixes().begin(), HasSubstr("prompt_cache_key"));
}

TEST_F(PromptTest, AnExactSchemaHasAPrefixForEachChunk) {
  use("automatic");
  run(asking(kPrompt, "exact", 1));
  EXPECT_EQ(prefixes().size(), 4U);
}

TEST_F(PromptTest, StableIsWhatNoChunkChanges) {
  const auto stable = [](std::string_view text) { return is_stable(*Template::parse(text)); };
  EXPECT_TRUE(stable("You document code."));
  EXPECT_TRUE(stable("Write in {{answer_language}} for {{project}} in {{language}}."));
  EXPECT_TRUE(stable("{{#answer_language}}{{.}}{{/answer_language}}"));
  for (const char* text : {"{{path}}", "{{code}}", "{{#targets}}a{{/targets}}",
                           "{{#project}}{{scope}}{{/project}}", "{{steps.draft.text}}"})
    EXPECT_FALSE(stable(text)) << text;
}

TEST_F(PromptTest, AMistakeInAnExampleHasItsPlace) {
  use("none");
  EXPECT_EQ(asking("user: x\nexamples: [{user: '{{cod}}', assistant: y}]\n", "shared", 1), nullptr);
  EXPECT_THAT(error_, StartsWith("prompts/shown.yaml:2:19: 'examples[0].user': line 1, column 1: "
                                 "unknown name 'cod' (did you mean 'code'?)"));
  EXPECT_EQ(asking("user: x\nexamples: [{user: y}]\n", "shared", 1), nullptr);
  EXPECT_THAT(error_, HasSubstr("examples[0].assistant"));
}

}  // namespace
}  // namespace docwright::test
