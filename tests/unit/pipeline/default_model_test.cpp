// Whom calls ask that name no model, and what becomes of a job under way when that changes.
#include "pipeline/call/default_model.h"

#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DefaultModel, RemembersWhoWasChosenBefore) {
  DefaultModel model;
  EXPECT_EQ(model.name(), "");
  model.use("a");
  model.use("a");
  EXPECT_THAT(model.former(), IsEmpty());
  model.use("b");
  model.use("");
  EXPECT_THAT(model.former(), ElementsAre("b", "a"));
  model.use("a");
  EXPECT_EQ(model.name(), "a");
  EXPECT_THAT(model.former(), ElementsAre("b"));
  for (char name = 'c'; name <= 'z'; ++name) model.use(std::string(1, name));
  EXPECT_EQ(model.former().size(), 8U);
  EXPECT_EQ(model.former().front(), "y");
}

// The configuration's default is `test`.
class ChosenModel : public PipelineWorld {
 protected:
  // A job of one function whose pipeline names no model.
  std::shared_ptr<Job> asking_nobody(const std::string& options = {}) {
    std::string steps = kTestSteps;
    steps.replace(steps.find("model: test, "), 13, options);
    return planned_job(1, 1, 1, steps);
  }
  void use(const std::string& name) { desk_->default_model().use(name); }
  std::vector<std::string> asked() const {
    std::vector<std::string> models;
    for (const HttpRequest& request : provider_.requests)
      models.push_back((*parse_json(request.body))["model"].get<std::string>());
    return models;
  }
  // The answer comes when nobody waits for it any more: it is on record, and used by no document.
  void answer_too_late(const std::shared_ptr<const Job>& job) {
    auto handle = spawn(job);
    runs_->spawn("cancel", cancel_later(loop_, handle));
    loop_.run_until_idle();
    ASSERT_EQ(journal_.count("answered"), 1);
    ASSERT_THAT(documents_.stored, IsEmpty());
  }

 private:
  static Task<void> cancel_later(Loop& loop, TaskGroup::Handle handle) {
    co_await loop.sleep(std::chrono::milliseconds(20));
    handle.cancel();
  }
};

TEST_F(ChosenModel, IsAskedWhereNobodyIsNamed) {
  use("other");
  EXPECT_EQ(text(run(asking_nobody())), "succeeded 1 0");
  EXPECT_EQ(text(run(planned_job(1, 1, 2))), "succeeded 1 0");  // its pipeline names one
  auto submitted = planned_job(1, 1, 3);
  submitted->model = "wide";
  EXPECT_EQ(text(run(submitted)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1", "test-1", "wide-1"));
}

TEST_F(ChosenModel, IsTheConfigurationsAgain) {
  use("other");
  use("");
  EXPECT_EQ(text(run(asking_nobody())), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(ChosenModel, MayBeARoute) {
  const auto node = config::parse_yaml(
      "docwright.yaml", "both: {targets: [{model: small, for: {kinds: [class]}}, other]}");
  routes_ = Routes::parse({}, models_, *node).value();
  use("both");
  EXPECT_EQ(text(run(asking_nobody())), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

// A pipeline that was sent along while somebody else was chosen, and checked for that one.
TEST_F(ChosenModel, ThatIsTheConfigurationsAgainGetsNoParameterThatItRefuses) {
  std::string steps = kTestSteps;
  steps.replace(steps.find("model: test, "), 13, "parameters: {top_p: 0.5, top_k: 4}, ");
  const auto sent = parse_pipeline({"p.yaml", steps}, {.steps = steps_, .default_model = "other"});
  ASSERT_TRUE(sent);
  const auto job = planned_job(1);
  job->pipeline = *sent;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
  const Json body = *parse_json(provider_.requests.at(0).body);
  EXPECT_FALSE(body.contains("top_p"));
  EXPECT_EQ(body["top_k"], 4);
}

// They were checked against the model that the configuration names.
TEST_F(ChosenModel, GetsNoParameterOfThePipelineThatItRefuses) {
  const std::string parameters = "parameters: {top_p: 0.5, presence_penalty: 1}, ";
  use("other");
  EXPECT_EQ(text(run(asking_nobody(parameters))), "succeeded 1 0");
  const Json body = *parse_json(provider_.requests.at(0).body);
  EXPECT_FALSE(body.contains("top_p"));
  EXPECT_EQ(body["presence_penalty"], 1);
}

TEST_F(ChosenModel, Promise2WhatTheFormerHasAnsweredIsNotAskedAgain) {
  const auto job = asking_nobody();
  answer_too_late(job);
  use("other");
  ++job->attempt;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
  EXPECT_EQ(documents_.of("f0").record["provenance"]["model"], "test");
}

TEST_F(ChosenModel, Promise2NorWhatAnEarlierChoiceHasAnswered) {
  const auto job = asking_nobody("parameters: {top_p: 0.5}, ");
  use("other");
  answer_too_late(job);
  use("");
  ++job->attempt;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

// Even where the new one cannot be asked.
TEST_F(ChosenModel, Promise2WhatTheFormerHasAnsweredCountsWhereTheNewOneRefuses) {
  const auto job = asking_nobody();
  job->parameters = {{"top_p", 0.5}};
  answer_too_late(job);
  use("other");
  ++job->attempt;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));

  const auto unanswered = asking_nobody();
  unanswered->row = 2;
  unanswered->parameters = {{"top_p", 0.7}};
  journal_.plans[2] = journal_.plans[1];
  EXPECT_THAT(text(run(unanswered)), ::testing::StartsWith("failed invalid_request"));
}

TEST_F(ChosenModel, IsAskedWhatTheFormerHasWithheld) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if ((*parse_json(request.body))["model"] == "test-1")
      return chat_completion("", "content_filter");
    return right_completion(request);
  };
  const auto job = asking_nobody();
  answer_too_late(job);
  use("other");
  ++job->attempt;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

// Who failed before is not asked in its place.
TEST_F(ChosenModel, AloneIsAskedWhereNothingIsAnswered) {
  provider_.script = [](const HttpRequest&, int) -> CallResult<HttpResponse> {
    return http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "600"}});
  };
  const auto job = asking_nobody();
  EXPECT_THAT(text(run(job)), ::testing::StartsWith("parked rate_limit"));
  use("other");
  ++job->attempt;
  EXPECT_THAT(text(run(job)), ::testing::HasSubstr("model 'other'"));
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

}  // namespace
}  // namespace docwright::test
