// A rehearsal asks what a run would ask.
#include "pipeline/rehearsal.h"

#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

constexpr const char* kByLines = R"(name: p
steps:
  - validate
  - chunk: {by: lines}
  - call: {model: test, answer_tokens_max: 1000, user: "{{code}}\n{{facts}}\n"}
  - parse
  - store
)";

class RehearsalTest : public PipelineWorld {
 protected:
  Result<Rehearsal> rehearsed(const std::shared_ptr<const Job>& job) {
    return rehearse(configured_, job);
  }

  Configured configured_{
      .steps = all_steps(),
      .providers = providers::all_providers(),
      .models = providers::Models::parse({{"models.yaml", kTestModels}}, registry_).value(),
      .routes = {},
      .pipelines = config::Library("pipelines", ""),
      .prompts = config::Library("prompts", ""),
      .default_model = "test",
      .catalogue = {}};
};

TEST_F(RehearsalTest, AsksExactlyWhatARunAsks) {
  const auto made = job(1, kByLines);
  const auto rehearsal = rehearsed(made);
  ASSERT_TRUE(rehearsal) << rehearsal.error().message;
  ASSERT_EQ(rehearsal->parts.size(), 1U);
  EXPECT_EQ(provider_.requests.size(), 0U);
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(journal_.calls.at(0).key.hash,
            rehearsal->parts[0].questions.at(0).targets.at(0).inquiry.key.hash);
}

TEST_F(RehearsalTest, ShowsEveryTargetAndMemberAndWhatLaterCallsWillRead) {
  const auto made = job(1, R"(name: p
steps:
  - validate
  - chunk
  - call: {name: draft, ensemble: [test, offline], user: "{{code}}"}
  - parse: {name: first}
  - call: {name: review, model: [wide, other], answer_tokens_max: 1000,
           user: "{{steps.draft.text}}; {{#steps.first.documents}}{{symbol}}: {{summary}}{{/steps.first.documents}}"}
  - parse: {call: review}
  - store
)");
  const auto rehearsal = rehearsed(made);
  ASSERT_TRUE(rehearsal) << rehearsal.error().message;
  std::string asked;
  for (const Rehearsal::Question& question : rehearsal->parts.at(0).questions) {
    asked += question.step->name + ":";
    for (const Candidate& target : question.targets) asked += " " + target.resolved.model->name;
    asked += "; ";
  }
  EXPECT_EQ(asked, "draft: test; draft: offline; review: wide other; ");
  const Candidate& review = rehearsal->parts[0].questions[2].targets[0];
  EXPECT_EQ(review.inquiry.question->messages.back().text,
            "[the answer of 'draft']; f0: [the summary of 'first']");
  EXPECT_EQ(*review.bound, review.inquiry.input_tokens_max * 1'000 + 1'000 * 2'000);
}

TEST_F(RehearsalTest, FindsDefinitionsAndWhatAnAnswerSaysOfThem) {
  const auto made = job();
  const auto rehearsal = rehearsed(made);
  ASSERT_TRUE(rehearsal) << rehearsal.error().message;
  const Rehearsal::Part& part = rehearsal->parts.at(0);
  ASSERT_EQ(part.chunk.targets.size(), 1U);
  EXPECT_EQ(part.chunk.targets[0].symbol, "f0");

  const auto good = examine_text(
      *rehearsal, *made, part,
      R"({"documents":[{"symbol":"f0","summary":"Gives it back.","description":"",)"
      R"("parameters":[{"name":"x","description":"A value."}],"returns":"The value.","raises":[]}]})");
  ASSERT_TRUE(good.usable());
  EXPECT_FALSE(has_errors(good.documents.at(0).findings));
  EXPECT_EQ(good.documents[0].draft.summary, "Gives it back.");
  EXPECT_FALSE(examine_text(*rehearsal, *made, part, "I would rather not.").usable());
}

TEST_F(RehearsalTest, SaysWhatWouldFailTheJob) {
  const auto wrong = [&](const std::string& source, const std::string& model) {
    const auto made = job();
    made->source = std::make_shared<const std::string>(source);
    made->model = model;
    const auto rehearsal = rehearsed(made);
    return rehearsal ? std::string("fine") : std::string(name(rehearsal.error().code));
  };
  EXPECT_EQ(wrong("", ""), "source_refused");
  EXPECT_EQ(wrong("def f(x):\n    return x\n", ""), "fine");
  EXPECT_EQ(wrong("def f(x):\n    return x\n", "no-such-model"), "unknown_model");
}

}  // namespace
}  // namespace docwright::test
