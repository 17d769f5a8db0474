// When a call goes out, and when it does not.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/desk_fixture.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPrompt = ", user: \"{{code}}\\n{{facts}}\\n\"";

class CallDeskTest : public DeskFixture {};

TEST_F(CallDeskTest, AnAnswerIsPaidOnce) {
  run(planned_job(2, 1, 1));
  EXPECT_EQ(text(run(planned_job(2, 1, 2))), "succeeded 2 0");
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_EQ(metrics_.count("call call recorded"), 2);
  const auto& later = documents_.stored.at(2);
  EXPECT_EQ(later.job, 2);
  EXPECT_EQ(later.document.record["provenance"]["cached"], true);
  EXPECT_EQ(later.document.record["provenance"]["cost_nusd"], 0);
}

TEST_F(CallDeskTest, WhatARecordedAnswerSavedIsCounted) {
  run(planned_job(2, 1, 1));
  EXPECT_EQ(metrics_.reuses, 0);
  const Nusd paid = journal_.calls[0].charge + journal_.calls[1].charge;
  run(planned_job(2, 1, 2));
  EXPECT_EQ(metrics_.reuses, 2);
  EXPECT_EQ(metrics_.saved, paid);
}

// Of one that is still in flight, too: those who wait for it save it.
TEST_F(CallDeskTest, WhatASharedCallSavedIsCounted) {
  for (std::int64_t row = 1; row <= 5; ++row) spawn(planned_job(1, 1, row));
  loop_.run_until_idle();
  EXPECT_EQ(metrics_.reuses, 4);
  EXPECT_EQ(metrics_.saved, 4 * journal_.calls.at(0).charge);
}

// Acceptance: litellm #42400. A parameter that nobody knows changes the question all the same.
TEST_F(CallDeskTest, Litellm42400AnUnknownParameterMakesAnotherQuestion) {
  for (const int value : {1, 2}) {
    auto made = planned_job(1, 1, value);
    made->parameters["some_new_parameter"] = value;
    run(made);
  }
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_NE(journal_.calls.at(0).key.hash, journal_.calls.at(1).key.hash);
}

// Acceptance: litellm #29955.
TEST_F(CallDeskTest, Litellm29955TwoTenantsHaveTwoAnswers) {
  for (std::int64_t row = 1; row <= 2; ++row) {
    auto made = planned_job(1, 1, row);
    made->tenant = row == 1 ? "blue" : "green";
    run(made);
  }
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_EQ(metrics_.reuses, 0);
}

TEST_F(CallDeskTest, FreshAsksAnewAndTenantsShareNothing) {
  run(planned_job(1, 1, 1));
  auto fresh = planned_job(1, 1, 2);
  fresh->fresh = true;
  run(fresh);
  auto other = planned_job(1, 1, 3);
  other->tenant = "u";
  run(other);
  EXPECT_EQ(provider_.requests.size(), 3U);
}

TEST_F(CallDeskTest, IdenticalQuestionsShareOneCall) {
  for (std::int64_t row = 1; row <= 5; ++row) spawn(planned_job(1, 1, row));
  loop_.run_until_idle();
  EXPECT_EQ(provider_.requests.size(), 1U);
  for (std::int64_t row = 1; row <= 5; ++row) EXPECT_EQ(text(outcomes_.at(row)), "succeeded 1 0");
}

TEST_F(CallDeskTest, APermanentErrorHoldsForAllWhoAsked) {
  provider_.script = [](const HttpRequest&, int) {
    return http_error(400, "invalid_request_error", "no");
  };
  for (std::int64_t row = 1; row <= 5; ++row) spawn(planned_job(1, 1, row));
  loop_.run_until_idle();
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_THAT(text(outcomes_.at(5)), StartsWith("failed call_failed"));
}

TEST_F(CallDeskTest, AStreamIsAskedForWhereTheStepOrTheModelSaysSo) {
  const auto asked = [this](const std::string& options) {
    provider_.requests.clear();
    provider_.script = [](const HttpRequest& request, int) {
      return parse_json(request.body)->value("stream", false) ? right_stream(request)
                                                              : right_completion(request);
    };
    static std::int64_t row = 0;
    const auto job = planned_job(1, 1, ++row, with_call(options + kPrompt));
    job->fresh = true;
    EXPECT_EQ(text(run(job)), "succeeded 1 0") << options;
    return sent().value("stream", false);
  };
  EXPECT_TRUE(asked("model: test, stream: always"));
  EXPECT_FALSE(asked("model: test, stream: never"));
  EXPECT_FALSE(asked("model: wide, answer_tokens_max: 16000"));
  EXPECT_TRUE(asked("model: wide, answer_tokens_max: 16001"));
  EXPECT_FALSE(asked("model: wide, answer_tokens_max: 16001, stream: never"));
}

TEST_F(CallDeskTest, OfAStreamTheFirstTextIsTimed) {
  provider_.halfway = std::chrono::milliseconds(30);
  provider_.script = [](const HttpRequest& request, int number) {
    return number == 0 ? right_stream(request) : right_completion(request);
  };
  run(planned_job(1, 1, 1));
  run(planned_job(1, 1, 2, with_call("model: other" + std::string(kPrompt))));
  ASSERT_EQ(journal_.calls.size(), 2U);
  EXPECT_TRUE(journal_.calls[0].streamed);
  EXPECT_EQ(journal_.calls[0].first_token, provider_.latency);
  EXPECT_FALSE(journal_.calls[1].streamed);
  EXPECT_FALSE(journal_.calls[1].first_token);
}

// What a stream's head says holds while the stream goes on, and its end takes nothing again.
TEST_F(CallDeskTest, WhatTheHeadOfAStreamSaysOfLimitsIsHeardThen) {
  provider_.halfway = std::chrono::minutes(2);
  provider_.script = [](const HttpRequest& request, int number) {
    HttpResponse response = right_stream(request);
    response.headers.emplace_back("x-ratelimit-limit-requests", "6");
    response.headers.emplace_back("x-ratelimit-remaining-requests", number == 0 ? "1" : "0");
    return response;
  };
  run(planned_job(4));
  ASSERT_EQ(provider_.arrivals.size(), 4U);
  const auto after = [this](std::size_t i) {
    return provider_.arrivals[i] - provider_.arrivals[0];
  };
  EXPECT_EQ(after(1), provider_.latency);
  EXPECT_EQ(after(2), 2 * provider_.latency + std::chrono::seconds(10));
  EXPECT_EQ(after(3), 3 * provider_.latency + std::chrono::seconds(20));
}

// Cancels a run when a call of it is on its way.
Task<void> cancel_later(Loop& loop, TaskGroup::Handle handle) {
  co_await loop.sleep(std::chrono::milliseconds(20));
  handle.cancel();
}

TEST_F(CallDeskTest, ACancelledJobsAnswerIsJournalled) {
  auto handle = spawn(planned_job(1));
  runs_->spawn("cancel", cancel_later(loop_, handle));
  loop_.run_until_idle();
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_EQ(journal_.count("answered"), 1);
  EXPECT_EQ(desk_->in_flight().calls, 0);
  // A later run of the same question finds it.
  EXPECT_EQ(text(run(planned_job(1, 1, 2))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(CallDeskTest, WhoSharedACancelledJobsCallGetsItsAnswer) {
  auto handle = spawn(planned_job(1, 1, 1));
  runs_->spawn("cancel", cancel_later(loop_, handle));
  spawn(planned_job(1, 1, 2));
  loop_.run_until_idle();
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(text(outcomes_.at(2)), "succeeded 1 0");
}

TEST_F(CallDeskTest, PlacesAreLimited) {
  limits_.calls = 3;
  stop();
  start();
  run(planned_job(8));
  EXPECT_EQ(provider_.most_in_flight, 3);
  limits_ = {.calls = 64, .groups = {{"openai", {.calls_at_once_max = 2}}}};
  stop();
  start();
  provider_.most_in_flight = 0;
  auto other = planned_job(8, 1, 2);
  other->fresh = true;
  run(other);
  EXPECT_EQ(provider_.most_in_flight, 2);
}

Task<void> pause_later(Loop& loop, CallDesk& desk, CallDesk::InFlight& seen) {
  co_await loop.sleep(std::chrono::milliseconds(20));
  desk.pause();
  seen = desk.in_flight();
}

TEST_F(CallDeskTest, APauseStopsNewCallsAtOnce) {
  stop();
  limits_ = {.calls = 64, .groups = {{"openai", {.calls_at_once_min = 2}}}};
  start();
  parts_->chunks_at_once = 2;
  CallDesk::InFlight seen;
  const auto job = planned_job(6);
  spawn(job);
  runs_->spawn("pause", pause_later(loop_, *desk_, seen));
  loop_.run_until_idle();
  EXPECT_THAT(text(outcomes_.at(1)), StartsWith("parked paused:"));
  EXPECT_EQ(provider_.requests.size(), 2U);  // those that were out
  EXPECT_EQ(seen.calls, 2);
  EXPECT_EQ(seen.bound, journal_.calls[0].bound + journal_.calls[1].bound);
  EXPECT_EQ(documents_.stored.size(), 2U);

  desk_->resume();
  EXPECT_EQ(text(run(job)), "succeeded 4 0");
  EXPECT_EQ(provider_.requests.size(), 6U);
}

// Begins after the intent was handed to the disk, and ends before anybody has looked.
Task<void> pause_for_a_moment(Loop& loop, CallDesk& desk, const Disk& disk, int asked) {
  while (disk.operations < asked - 1) co_await loop.sleep_until(loop.clock().moment());
  desk.pause();
  while (disk.operations < asked) co_await loop.sleep_until(loop.clock().moment());
  desk.resume();
}

TEST_F(CallDeskTest, WhatAPauseKeptFromGoingOutIsAnAttemptOfItsOwn) {
  const auto job = planned_job(1);
  spawn(job);
  constexpr int kIntent = 4;  // after plan, answer and what was tried
  runs_->spawn("pause", pause_for_a_moment(loop_, *desk_, disk_, kIntent));
  loop_.run_until_idle();
  EXPECT_EQ(text(outcomes_.at(1)), "succeeded 1 0");
  ASSERT_EQ(journal_.calls.size(), 2U);
  EXPECT_EQ(journal_.calls[0].state, "failed");
  EXPECT_EQ(journal_.calls[1].attempt, 2);
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(CallDeskTest, APauseOfOnePipelineLeavesTheOthers) {
  desk_->pause("other");
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  desk_->pause("p");
  EXPECT_THAT(text(run(planned_job(2, 1, 2))), StartsWith("parked paused:"));
}

TEST_F(CallDeskTest, AStoreThatIsPausedParks) {
  journal_.refuses_paused = true;
  EXPECT_EQ(text(run(planned_job(1))), "parked paused: everything is paused");
}

// 64 calls at once against a budget for ten: never above it, the rest parks and says so, and goes
// on when it is raised.
TEST_F(CallDeskTest, TheCeilingHolds) {
  run(planned_job(1, 1, 1000));
  const Nusd bound = journal_.calls.at(0).bound;
  journal_.calls.clear();
  provider_.requests.clear();
  provider_.script = [](const HttpRequest& request,
                        int) {  // as dear as a call can be: usage unknown
    return chat_completion(dump_json(right_answer(request)), "stop", false);
  };
  parts_->chunks_at_once = 64;
  auto job = planned_job(64);
  job->tenant = "another";
  journal_.limit = 10 * bound + 1000 * bound / 100;
  const Outcome outcome = run(job);
  EXPECT_THAT(text(outcome), AllOf(StartsWith("parked budget: budget:"), HasSubstr("needed")));
  EXPECT_LE(journal_.most_committed, *journal_.limit);
  const std::size_t first = provider_.requests.size();
  EXPECT_GE(first, 10U);
  EXPECT_LT(first, 25U);

  journal_.limit = 1000 * bound;
  job->attempt = 3;
  EXPECT_THAT(text(run(job)), StartsWith("succeeded"));
  EXPECT_EQ(provider_.requests.size(), 64U);
  EXPECT_EQ(documents_.stored.size(), 65U);
}

TEST_F(CallDeskTest, ReservationsThatSettleAreWaitedFor) {
  run(planned_job(1, 1, 1000));
  const Nusd bound = journal_.calls.at(0).bound;
  journal_.calls.clear();
  auto job = planned_job(8);
  job->tenant = "another";
  // Room for two bounds at a time; what calls really cost leaves room for all.
  journal_.limit = 2 * bound + bound / 2 + 8 * 200'000;
  EXPECT_EQ(text(run(job)), "succeeded 8 0");
  EXPECT_LE(journal_.most_committed, *journal_.limit);
}

}  // namespace
}  // namespace docwright::test
