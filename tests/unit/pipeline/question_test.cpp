// What is asked: within which limits, with which parameters, and what makes it another question.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/desk_fixture.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class QuestionTest : public DeskFixture {};

class Promise4 : public DeskFixture {};

// The request that providers answer with context_length_exceeded however often it is sent: 2,133
// tokens of prompt and 125,874 of answer, for a window of 128,000.
TEST_F(Promise4, PromptAndAnswerTogetherFitTheWindow) {
  const auto asking = [](int answer_tokens) {
    return with_call("model: wide, answer_tokens_max: " + std::to_string(answer_tokens) +
                     ", user: \"{{facts}}\\n" + std::string(2'133, 'x') + "\"");
  };
  EXPECT_THAT(text(run(planned_job(1, 1, 1, asking(125'874)))),
              AllOf(StartsWith("failed too_large: chunk 0"),
                    HasSubstr("together more than the 128000 that 'wide' takes"),
                    HasSubstr("answer_tokens_max"), HasSubstr("cannot be divided")));
  EXPECT_TRUE(provider_.requests.empty());
  EXPECT_TRUE(journal_.calls.empty());
  EXPECT_EQ(text(run(planned_job(1, 1, 2, asking(100'000)))), "succeeded 1 0");
  EXPECT_EQ(sent()["max_tokens"], 100'000);
}

TEST_F(QuestionTest, AnEmptyPromptIsRefused) {
  const auto job =
      planned_job(1, 1, 1, with_call("model: test, user: '{{#scope}}{{code}}{{/scope}} '"));
  EXPECT_THAT(
      text(run(job)),
      StartsWith("failed configuration: chunk 0: the prompt of step 'call' renders to nothing"));
  EXPECT_TRUE(provider_.requests.empty());
}

TEST_F(QuestionTest, ParametersOverrideEachOther) {
  auto job = planned_job(
      1, 1, 1,
      with_call(R"(model: other, user: "{{facts}}\n", parameters: {temperature: 0, user: me})"));
  job->parameters = {{"seed", nullptr}, {"user", "you"}};
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["temperature"], 0);
  EXPECT_EQ(sent()["user"], "you");
  EXPECT_FALSE(sent().contains("seed"));
}

TEST_F(QuestionTest, AParameterThatTheModelRefusesIsAnError) {
  auto job = planned_job(1);
  job->model = "other";
  job->parameters = {{"top_p", 0.5}};
  EXPECT_EQ(
      text(run(job)),
      "failed invalid_request: the model 'other' refuses the parameter 'top_p': leave it out");
  job->parameters = {{"max_tokens", 5}};
  EXPECT_EQ(text(run(job)),
            "failed invalid_request: 'max_tokens' is set by docwright itself: leave it out");
  job->parameters = {{"tier", 1}, {"user", "me"}};
  EXPECT_EQ(text(run(job)),
            "failed invalid_request: the model 'other' takes only one of user, tier: leave the "
            "others out");
}

TEST_F(QuestionTest, WhatOfThePipelineGoesNotTogetherIsLeftOutForAnotherModel) {
  auto job = planned_job(
      1, 1, 1, with_call(R"(model: test, user: "{{facts}}\n", parameters: {user: me, tier: 1})"));
  job->model = "other";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["user"], "me");
  EXPECT_FALSE(sent().contains("tier"));
}

TEST_F(QuestionTest, WhatASubmitSaysTakesThePlaceOfWhatCannotStandBesideIt) {
  auto job = planned_job(
      1, 1, 1, with_call(R"(model: other, user: "{{facts}}\n", parameters: {user: me, seed: 3})"));
  job->parameters = {{"tier", 1}};
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["tier"], 1);
  EXPECT_FALSE(sent().contains("user"));
  EXPECT_EQ(sent()["seed"], 3);
}

TEST_F(QuestionTest, WhatThePipelineSetsForItsModelHoldsTogetherAsAWhole) {
  auto job = planned_job(1, 1, 1,
                         with_call(R"(model: other, user: "{{facts}}\n", )"
                                   R"(parameters: {logprobs: true, temperature: null})"));
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["logprobs"], true);
  EXPECT_FALSE(sent().contains("temperature"));
}

TEST_F(QuestionTest, WhatThePipelineSetForItsModelIsNotForcedOnAnother) {
  auto job = planned_job(
      1, 1, 1, with_call(R"(model: test, user: "{{facts}}\n", parameters: {top_p: 0.5})"));
  job->model = "other";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["model"], "other-1");
  EXPECT_FALSE(sent().contains("top_p"));
}

TEST_F(QuestionTest, AnUnknownModelNamesTheNearest) {
  auto job = planned_job(1);
  job->model = "tset";
  EXPECT_THAT(text(run(job)), AllOf(StartsWith("failed unknown_model:"), HasSubstr("'test'")));
}

TEST_F(QuestionTest, AnswerLimitsNeverExceedTheModels) {
  auto job = planned_job(1, 1, 1,
                         with_call(R"(model: test, answer_tokens_max: 3500, user: "{{facts}}\n")"));
  job->model = "unpriced";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(sent()["max_tokens"], 3000);
}

TEST_F(QuestionTest, AQuestionIsWhatCanChangeItsAnswer) {
  const std::vector<std::string> options = {
      R"(model: test, user: "{{facts}}\n")",
      R"(model: other, user: "{{facts}}\n")",
      R"(model: test, user: "{{facts}}\n", answer_tokens_max: 999)",
      R"(model: test, user: "{{facts}}\n", parameters: {temperature: 0})",
      R"(model: test, user: "{{facts}}\n", answer_schema: exact)",
      R"(model: test, system: x, user: "{{facts}}\n")"};
  std::int64_t row = 0;
  for (const std::string& option : options) run(planned_job(1, 1, ++row, with_call(option)));
  EXPECT_EQ(provider_.requests.size(), options.size());
  run(planned_job(1, 1, ++row, with_call(options[3])));
  EXPECT_EQ(provider_.requests.size(), options.size());
}

TEST(QuestionHashTest, CoversWhateverReachesTheModel) {
  const auto registry = providers::all_providers();
  const auto models = providers::Models::parse({{"models.yaml", kTestModels}}, registry).value();
  const providers::Provider& openai = *registry.find("openai");
  const providers::Model model = **models.get("test");
  providers::Question question;
  question.model = model.api_name;
  question.messages = {{"system", "Be short."}, {"user", "Say yes."}};
  question.answer_tokens_max = 100;
  question.schema_name = "answer";
  question.schema = std::make_shared<const Json>(Json::object());
  const Hash base = question_hash(openai, model, question);

  std::set<Hash> seen = {base};
  const auto differs = [&](const char* what, const Hash& hash) {
    EXPECT_TRUE(seen.insert(hash).second) << what;
  };
  const auto of_question = [&](const char* what, auto edit) {
    providers::Question other = question;
    edit(other);
    differs(what, question_hash(openai, model, other));
  };
  const auto of_model = [&](const char* what, auto edit) {
    providers::Model other = model;
    edit(other);
    differs(what, question_hash(openai, other, question));
  };
  of_question("parameter", [](auto& q) { q.parameters["top_p"] = 1; });
  of_question("null parameter", [](auto& q) { q.parameters["top_p"] = nullptr; });
  of_question("role", [](auto& q) { q.messages[0].role = "user"; });
  of_question("text", [](auto& q) { q.messages[1].text += " "; });
  of_question("border",
              [](auto& q) { q.messages = {{"system", "Be short.Say"}, {"user", "yes."}}; });
  of_question("limit", [](auto& q) { ++q.answer_tokens_max; });
  of_question("schema", [](auto& q) { q.schema = std::make_shared<const Json>(Json::array()); });
  of_question("schema name", [](auto& q) { q.schema_name = "other"; });
  of_model("model", [](auto& m) { m.name = "another"; });
  of_model("structured", [](auto& m) { m.dialect.structured = providers::Structured::tool; });
  of_model("strict", [](auto& m) { m.dialect.strict = !m.dialect.strict; });
  of_model("api", [](auto& m) { m.dialect.api = providers::Api::responses; });
  of_model("version", [](auto& m) { m.dialect.api_version = "2030-01-01"; });
  differs("sample", question_hash(openai, model, question, 1));

  providers::Model same = model;
  same.dialect.streaming = providers::Streaming::always;
  same.dialect.stream_usage = !same.dialect.stream_usage;
  same.dialect.prompt_cache = providers::PromptCache::none;
  providers::Question marked = question;
  marked.messages[0].stable = true;
  EXPECT_EQ(question_hash(openai, same, marked), base);
}

}  // namespace
}  // namespace docwright::test
