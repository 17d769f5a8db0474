// What went wrong in other programs, each test named after the thread that reported it.
#include <gmock/gmock.h>

#include "pipeline/parse/examine.h"
#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class FieldReports : public PipelineWorld {
 protected:
  // A job of one chunk with one function whose body is `bytes` of comment.
  std::shared_ptr<Job> large_job(std::int64_t row, std::size_t bytes, const std::string& yaml) {
    auto made = planned_job(1, 1, row, yaml);
    Chunk& chunk = journal_.plans[row].chunks.front();
    std::string source = "def f0(x):\n    # ";
    source.append(bytes, static_cast<char>('a' + row));
    source += "\n    return x\n";
    chunk.range.end = static_cast<std::uint32_t>(source.size());
    chunk.targets.front().extent.end = chunk.targets.front().body.end = chunk.range.end;
    made->source = std::make_shared<const std::string>(std::move(source));
    made->source_hash = sha256(*made->source);
    return made;
  }
};

// Five prompts of 300,000 tokens at once cost 0.60 USD under a key for 0.45: their price was
// estimated without the tier for long prompts.
TEST_F(FieldReports, Litellm40002LongPromptsNeverCostMoreThanTheBudget) {
  models_ = providers::Models::parse({{"models.yaml", R"(models:
  test: {provider: openai, window_tokens: 1050000, output_tokens_max: 128000, prices: {input: 0.2USD, input_cached: 0.02USD, input_cache_write: 0.25USD, output: 1.2USD, long_context: {over_tokens: 272000, input_percent: 200, output_percent: 150}}}
)"}},
                                     registry_)
                .value();
  provider_.script = [](const HttpRequest& request, int) {
    HttpResponse response = right_completion(request);
    Json body = *parse_json(response.body);
    body["usage"] = {{"prompt_tokens", 300'000}, {"completion_tokens", 50}};
    response.body = dump_json(body);
    return response;
  };
  journal_.limit = 450'000'000;
  for (int row = 1; row <= 5; ++row) spawn(large_job(row, 300'000, kTestSteps));
  loop_.run_until_idle();

  EXPECT_LE(journal_.most_committed, *journal_.limit);
  EXPECT_EQ(journal_.count("answered"), 3);  // 0.12 USD each
  EXPECT_EQ(journal_.committed(), 3 * 120'090'000);
  EXPECT_EQ(provider_.requests.size(), 3U);
  int parked = 0;
  for (const auto& [row, outcome] : outcomes_)
    parked += text(outcome).starts_with("parked budget") ? 1 : 0;
  EXPECT_EQ(parked, 2);
}

Examination examined(const std::string& text, providers::Finish finish) {
  outline::Definition f;
  f.symbol = f.name = "f";
  const std::vector<outline::Definition> targets = {f};
  const CheckRules rules;
  providers::Answer answer;
  answer.text = text;
  answer.finish = finish;
  return examine({answer, targets, AnswerSchema::shared, outline::Language::python, "", rules});
}

// A fence within a string of a fenced answer ended it too early.
TEST_F(FieldReports, Instructor1837AFenceWithinAStringIsText) {
  const Examination examination = examined(
      "```json\n{\"documents\":[{\"symbol\":\"f\",\"summary\":\"Renders ```x``` as "
      "code.\",\"description\":\"\",\"parameters\":[],\"returns\":\"\",\"yields\":\"\","
      "\"raises\":[]}]}\n```",
      providers::Finish::complete);
  ASSERT_TRUE(examination.usable()) << examination.unusable;
  EXPECT_EQ(examination.documents.front().draft.summary, "Renders ```x``` as code.");
}

// A cut answer was taken for bad JSON and asked for again with the same limit.
TEST_F(FieldReports, Freelingo297ACutAnswerIsCutNotBadJson) {
  EXPECT_THAT(examined(R"({"docum)", providers::Finish::length).unusable,
              HasSubstr("the answer was cut"));
  const Examination begun =
      examined(R"({"documents":[{"symbol":"f","summary":"Rend)", providers::Finish::length);
  ASSERT_TRUE(begun.usable());
  EXPECT_EQ(begun.documents.front().findings.front().rule, "S04");

  provider_.script = [](const HttpRequest& request, int) {
    const std::string text = dump_json(right_answer(request));
    return chat_completion(text.substr(0, 8), "length");
  };
  EXPECT_THAT(text(run(planned_job(1))), HasSubstr("the answer was cut"));
  ASSERT_EQ(provider_.requests.size(), 2U);  // once more, with a higher limit; never with the same
  EXPECT_THAT(provider_.requests[0].body, HasSubstr("\"max_tokens\":1000"));
  EXPECT_THAT(provider_.requests[1].body, HasSubstr("\"max_tokens\":4000"));
}

}  // namespace
}  // namespace docwright::test
