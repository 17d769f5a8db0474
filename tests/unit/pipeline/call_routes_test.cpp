// Routes: who is asked first, who in place of whom, and what becomes of a job that nobody answers.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/routes_fixture.h"

namespace docwright::test {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CallRoutes : public RoutesFixture {};

TEST_F(CallRoutes, TheFirstThatCanAnswers) {
  EXPECT_EQ(text(run(asking("[other, test]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

TEST_F(CallRoutes, AServerThatFailsIsTriedAgainAndThenLeft) {
  provide({{"test-1", http_error(503, "server_error", "down")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "test-1", "test-1", "other-1"));
  EXPECT_EQ(written_by("f0"), "other");
}

TEST_F(CallRoutes, ARateLimitIsNotSatOutWhereOthersCanBeAsked) {
  provide({{"test-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "60"}})}});
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_LT(clock_.now() - begin, seconds(5));
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

TEST_F(CallRoutes, AModelThatIsNotThereIsPassedOver) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

TEST_F(CallRoutes, WhatOneWithholdsIsAskedOfTheNext) {
  provide({{"test-1", chat_completion("", "content_filter")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
  EXPECT_EQ(written_by("f0"), "other");
  Nusd charged = 0;
  for (const auto& call : journal_.calls) charged += call.charge;
  EXPECT_EQ(documents_.of("f0").record["provenance"]["cost_nusd"], charged);
}

TEST_F(CallRoutes, WhatTheLastOneWithholdsIsWithheld) {
  provide({{"test-1", chat_completion("", "content_filter")},
           {"other-1", chat_completion("", "content_filter")}});
  EXPECT_THAT(text(run(asking("[test, other]"))),
              AllOf(StartsWith("failed answer_invalid"), HasSubstr("content filter")));
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

// The same provider would find the same fault.
TEST_F(CallRoutes, AnInvalidRequestGoesToAnotherProviderOnly) {
  provide({{"test-1", http_error(400, "invalid_request_error", "what?")}});
  EXPECT_THAT(text(run(asking("[test, other]"))),
              AllOf(HasSubstr("failed call_failed"), HasSubstr("model 'test'")));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, WhenAllRefuseTheJobWaitsForTheEarliest) {
  provide({{"test-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "600"}})},
           {"other-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "90"}})}});
  const Time begin = clock_.now();
  const Outcome outcome = run(asking("[test, other]"));
  ASSERT_TRUE(std::holds_alternative<Parked>(outcome)) << text(outcome);
  const Parked& parked = std::get<Parked>(outcome);
  EXPECT_EQ(parked.reason, "rate_limit");
  EXPECT_THAT(parked.detail, AllOf(HasSubstr("model 'test'"), HasSubstr("model 'other'")));
  EXPECT_GE(*parked.until - begin, seconds(90));
  EXPECT_LE(*parked.until - begin, seconds(110));
}

TEST_F(CallRoutes, WhenAllFailTheJobSaysWhy) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")},
           {"other-1", http_error(403, "permission_denied", "not yours")}});
  EXPECT_THAT(
      text(run(asking("[test, other]"))),
      AllOf(HasSubstr("failed call_failed"), HasSubstr("no such model"), HasSubstr("not yours")));
}

TEST_F(CallRoutes, EachTargetIsReservedAndJournalledByItself) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, other]"));
  ASSERT_EQ(journal_.calls.size(), 2U);
  EXPECT_EQ(journal_.calls[0].state, "failed");
  EXPECT_EQ(journal_.calls[1].state, "answered");
  EXPECT_NE(journal_.calls[0].key.hash, journal_.calls[1].key.hash);
}

// Of an answer that a later target gave before the daemon died: it is not asked for again, nor is
// anybody else.
TEST_F(CallRoutes, Promise2AFallbacksAnswerIsTheJobsAfterARestart) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  const auto job = asking("[test, other]");
  disk_.die_at = 12;  // the answer is written, the document is not
  spawn(job);
  loop_.run_until_idle();
  ASSERT_EQ(journal_.count("answered"), 1);
  ASSERT_TRUE(documents_.stored.empty());
  kill();
  start();
  provide({});
  job->attempt = 3;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

// lunargate-ai/gateway #2: what a fallback answered is not served for the primary.
TEST_F(CallRoutes, LunargateGateway2AFallbacksAnswerIsNotThePrimarys) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, other]"));
  provide({});
  provider_.requests.clear();
  EXPECT_EQ(text(run(asking("[test, other]", 1, 2))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, PriceOrderAsksTheCheapestFirst) {
  models_ = providers::Models::parse(
                {{"models.yaml", std::string(kTestModels) + "  cheap: {api_name: cheap-1, "
                                                            "window_tokens: 20000, "
                                                            "output_tokens_max: 8000, prices: "
                                                            "{input: 0.1USD, output: 0.2USD}}\n"}},
                registry_)
                .value();
  routes("{r: {order: price, targets: [unpriced, test, cheap]}}");
  EXPECT_EQ(text(run(asking("r"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("cheap-1"));
}

TEST_F(CallRoutes, WeightsShareTheQuestionsTheSameEachTime) {
  routes("{r: {order: weight, targets: [{model: test, weight: 3}, other]}}");
  limits_.calls = 1;
  EXPECT_EQ(text(run(asking("r", 200))), "succeeded 200 0");
  const auto first = asked();
  const auto test = std::ranges::count(first, "test-1");
  EXPECT_GT(test, 125);
  EXPECT_LT(test, 175);

  provider_.requests.clear();
  const auto again = asking("r", 200, 2);
  again->fresh = true;
  EXPECT_EQ(text(run(again)), "succeeded 200 0");
  EXPECT_EQ(std::ranges::count(asked(), "test-1"), test);
}

TEST_F(CallRoutes, LatencyOrderAsksTheFastestOfLate) {
  routes("{r: {order: latency, targets: [test, other]}}");
  provider_.script = [this](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    provider_.latency = model_of(request) == "test-1" ? seconds(9) : seconds(1);
    return right_completion(request);
  };
  run(asking("test", 1, 1));
  run(asking("other", 1, 2));
  provider_.requests.clear();
  const auto job = asking("r", 1, 3);
  job->fresh = true;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

TEST_F(CallRoutes, ATargetIsAskedAboutWhatItIsFor) {
  routes(
      "{r: {targets: [{model: other, for: {kinds: [class]}}, {model: other, for: {visibility: "
      "[private]}}, {model: other, for: {tokens_max: 10}}, {model: test, for: {kinds: [function], "
      "visibility: [public], tokens_max: 15000}}]}}");
  EXPECT_EQ(text(run(asking("r"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, WhereNoTargetIsForItTheJobSaysSo) {
  routes(
      "{r: {targets: [{model: test, for: {kinds: [class]}}, {model: other, for: {kinds: "
      "[macro]}}]}}");
  EXPECT_THAT(text(run(asking("r"))), AllOf(HasSubstr("no target of the route 'r' can be asked"),
                                            HasSubstr("test: 'f0' is a function")));
}

TEST_F(CallRoutes, AWindowThatIsTooSmallIsPassedOver) {
  EXPECT_EQ(text(run(asking("[small, test]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

std::string with_a_cheap_model() {
  return std::string(kTestModels) +
         "  cheap: {api_name: cheap-1, window_tokens: 20000, output_tokens_max: 8000, prices: "
         "{input: 0.1USD, output: 0.2USD}}\n";
}

// What does not fit its budget goes to a cheaper target, where the route has one.
TEST_F(CallRoutes, ABudgetThatIsUsedUpLeavesTheCheaperTarget) {
  models_ = providers::Models::parse({{"models.yaml", with_a_cheap_model()}}, registry_).value();
  journal_.limit = 1'000'000;
  EXPECT_EQ(text(run(asking("[test, cheap]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("cheap-1"));
}

TEST_F(CallRoutes, ABudgetThatFitsNoTargetSaysWhatEachNeeds) {
  models_ = providers::Models::parse({{"models.yaml", with_a_cheap_model()}}, registry_).value();
  journal_.limit = 1;
  EXPECT_THAT(text(run(asking("[test, cheap]"))),
              AllOf(HasSubstr("model 'test': "), HasSubstr("; model 'cheap': ")));
  EXPECT_THAT(asked(), testing::IsEmpty());
}

// Raising it may let the job go on long before the first one answers again.
TEST_F(CallRoutes, ABudgetIsWhatTheJobWaitsForWhereItIsAmongTheReasons) {
  models_ = providers::Models::parse({{"models.yaml", with_a_cheap_model()}}, registry_).value();
  journal_.limit = 1'000'000;
  provide({{"cheap-1", http_error(429, "insufficient_quota", "used up")}});
  const Outcome outcome = run(asking("[cheap, test]"));
  EXPECT_THAT(text(outcome), AllOf(StartsWith("parked budget: "), HasSubstr("used up")));
  EXPECT_TRUE(std::get<Parked>(outcome).until) << "of the quota";
  journal_.limit = 1'000'000'000;
  const auto again = asking("[cheap, test]");
  again->attempt = 3;
  EXPECT_EQ(text(run(again)), "succeeded 1 0");
  EXPECT_EQ(asked().back(), "test-1");
}

TEST_F(CallRoutes, ASubmitMayNameARoute) {
  routes("{r: {targets: [other, test]}}");
  const auto job = asking("test");
  job->model = "r";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

}  // namespace
}  // namespace docwright::test
