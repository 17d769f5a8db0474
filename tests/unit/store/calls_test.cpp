// The call journal: intents, answers, failures, what counts as a retry, pauses.
#include <gmock/gmock.h>

#include "store/events.h"
#include "store/pauses.h"
#include "tests/unit/store/calls_fixture.h"

namespace docwright::test {
namespace {

class CallsTest : public CallsFixture {};

TEST_F(CallsTest, AnAttemptKeepsWhoseKeyWhichRouteHowFastAndWhichCode) {
  const auto job = running_job();
  auto call = new_call(job, kCent);
  call.key_id = "k-1";
  call.route = "cheap";
  call.key.sample = 2;
  const auto row = granted(call);
  const store::CallEnd end{.call = row,
                           .duration = std::chrono::seconds(3),
                           .http_status = 429,
                           .request_id = "req",
                           .first_token = std::chrono::milliseconds(250),
                           .streamed = true};
  ASSERT_TRUE(change([&](auto& database) {
    return store::failed(database, end, {"rate_limit", "slow down", "rate_limit_exceeded"}, now_);
  }));
  EXPECT_EQ(count("SELECT count(*) FROM calls WHERE key_id = 'k-1' AND route = 'cheap' "
                  "AND sample = 2 AND first_token_seconds = 0.25 AND streamed = 1 "
                  "AND error_code = 'rate_limit_exceeded' AND http_status = 429"),
            1);
  EXPECT_EQ(store::tried(database(), call.key).last.value().code, "rate_limit_exceeded");
}

TEST_F(CallsTest, AnAnswerIsFoundAgainWithWhatItCost) {
  const auto job = running_job();
  const auto call = new_call(job, 5 * kCent);
  EXPECT_FALSE(recorded(call.key));
  const auto row = granted(call);
  ASSERT_GT(row, 0);
  EXPECT_FALSE(recorded(call.key));
  ASSERT_TRUE(answer(row, 3 * kCent, "{\"summary\":1}"));
  const auto found = recorded(call.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->call, row);
  EXPECT_EQ(found->answer.text, "{\"summary\":1}");
  EXPECT_EQ(found->answer.finish, "complete");
  EXPECT_EQ(found->answer.usage, (Usage{80, 0, 0, 20, 0}));
  EXPECT_EQ(found->charged, 3 * kCent);
  EXPECT_FALSE(found->cached);
  const auto progress = status(job.row).progress;
  EXPECT_EQ(progress.calls, 1);
  EXPECT_EQ(progress.tokens_in, 80);
  EXPECT_EQ(progress.tokens_out, 20);
  EXPECT_EQ(progress.charged, 3 * kCent);
}

TEST_F(CallsTest, WhatACacheKeepsForAnHourIsToldApart) {
  const auto call = new_call(running_job(), 5 * kCent);
  const auto row = granted(call);
  const Usage usage{.input = 80,
                    .input_cached = 10,
                    .input_cache_write = 60,
                    .output = 20,
                    .input_cache_write_1h = 40};
  store::CallAnswer told;
  told.text = "{}";
  told.usage = usage;
  ASSERT_TRUE(
      change([&](auto& database) { return store::answered(database, {row}, told, kCent, now_); }));
  EXPECT_EQ(recorded(call.key)->answer.usage, usage);
  EXPECT_EQ(count("SELECT tokens_cache_write - tokens_cache_write_1h FROM calls"), 20);
}

TEST_F(CallsTest, AnAnswerWithoutUsageStaysChargedAtItsBound) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent, 1000);
  const auto row = granted(new_call(job, 5 * kCent));
  ASSERT_TRUE(change([&](auto& database) {
    return store::answered(database, {row}, {"{}", "complete", "stop", std::nullopt, "gpt", ""},
                           5 * kCent, now_);
  }));
  EXPECT_EQ(budget_state().settled_tokens, 150);
  EXPECT_FALSE(recorded(new_call(job, 0).key)->answer.usage);
}

TEST_F(CallsTest, TheSameIntentAgainIsTheSameCall) {
  const auto job = running_job();
  budget(Window::once, 5 * kCent);
  const auto call = new_call(job, 5 * kCent);
  const auto row = granted(call);
  EXPECT_EQ(granted(call), row);
  EXPECT_EQ(budget_state().reserved_nusd, 5 * kCent);
}

TEST_F(CallsTest, AnAttemptThatHasEndedIsNotGrantedAgain) {
  const auto job = running_job();
  const auto call = new_call(job, 1);
  fail_call(granted(call), false);
  EXPECT_EQ(intend(call).error().code, Code::conflict);
  EXPECT_GT(granted(new_call(job, 1, "q", 2)), 0);
}

TEST_F(CallsTest, OnlyTheRunningAttemptOfAJobMayAsk) {
  const auto job = running_job();
  auto call = new_call(job, 1);
  call.job_attempt = job.attempt + 1;
  EXPECT_EQ(intend(call).error().code, Code::conflict);
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::cancelled, std::nullopt, now_);
  });
  EXPECT_EQ(intend(new_call(job, 1)).error().code, Code::conflict);
}

TEST_F(CallsTest, AnAnswerArrivesAfterItsJobWasCancelled) {
  const auto job = running_job();
  const auto row = granted(new_call(job, 5));
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::cancelled, std::nullopt, now_);
  });
  EXPECT_TRUE(answer(row, 5));
  EXPECT_TRUE(recorded(new_call(job, 0).key));
}

TEST_F(CallsTest, EndingTwiceTheSameWayChangesNothing) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  const auto row = granted(new_call(job, 5 * kCent));
  EXPECT_TRUE(answer(row, 2 * kCent));
  EXPECT_TRUE(answer(row, 2 * kCent));
  EXPECT_EQ(budget_state().settled_nusd, 2 * kCent);
  EXPECT_EQ(status(job.row).progress.calls, 1);
  EXPECT_EQ(fail_call(row, false).error().code, Code::conflict);
  EXPECT_EQ(answer(999, 1).error().code, Code::not_found);
}

TEST_F(CallsTest, AnUnknownCallStaysChargedUntilItsAnswerComesLate) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  const auto row = granted(new_call(job, 5 * kCent));
  ASSERT_TRUE(fail_call(row, true));
  EXPECT_EQ(budget_state().unknown_nusd, 5 * kCent);
  EXPECT_EQ(status(job.row).progress.calls_unknown, 1);
  EXPECT_EQ(status(job.row).progress.charged, 5 * kCent);
  ASSERT_TRUE(answer(row, 3 * kCent));
  EXPECT_EQ(budget_state().unknown_nusd, 0);
  EXPECT_EQ(budget_state().settled_nusd, 3 * kCent);
  EXPECT_EQ(status(job.row).progress.calls_unknown, 0);
  EXPECT_EQ(status(job.row).progress.calls, 1);
  EXPECT_EQ(status(job.row).progress.charged, 3 * kCent);
}

TEST_F(CallsTest, TriedCountsWhatEndedWithoutAnAnswer) {
  const auto job = running_job();
  const auto key = new_call(job, 1).key;
  fail_call(granted(new_call(job, 1, "q", 1)), false);
  fail_call(granted(new_call(job, 1, "q", 2)), true);
  granted(new_call(job, 1, "q", 3));
  EXPECT_EQ(store::tried(database(), key).attempts, 2);
  EXPECT_EQ(store::tried(database(), key).unknown, 1);
  EXPECT_EQ(store::tried(database(), new_call(job, 1, "another").key).attempts, 0);
}

// What a crash or a cancel cut off, nobody has waited for.
TEST_F(CallsTest, WhatWasWaitedForInVainIsCountedApart) {
  const auto job = running_job();
  fail_call(granted(new_call(job, 1, "q", 1)), true);
  const auto cut = granted(new_call(job, 1, "q", 2));
  change([&](auto& database) {
    return store::unknown(database, {cut}, {"cancelled", "cut by a cancel"}, now_);
  });
  granted(new_call(job, 1, "q", 3));
  restart();
  EXPECT_EQ(store::tried(database(), new_call(job, 1).key).unknown, 3);
  EXPECT_EQ(store::tried(database(), new_call(job, 1).key).unanswered, 1);
}

TEST_F(CallsTest, WhatAProviderPutOffIsCountedApart) {
  const auto job = running_job();
  int attempt = 0;
  for (const auto* error_class : {"rate_limit", "server", "quota"}) {
    const auto call = granted(new_call(job, 1, "q", ++attempt));
    change([&](auto& database) {
      return store::failed(database, {call}, {error_class, "later"}, now_);
    });
  }
  EXPECT_EQ(store::tried(database(), new_call(job, 1).key).attempts, 3);
  EXPECT_EQ(store::tried(database(), new_call(job, 1).key).put_off, 2);
}

// A key that was refused and a call that was not sent after all are no verdict on the question.
TEST_F(CallsTest, WhatSaysNothingAboutTheQuestionUsesUpNoRetry) {
  const auto job = running_job();
  int attempt = 0;
  for (const auto* error_class : {"auth", "cancelled"}) {
    const auto call = granted(new_call(job, 1, "q", ++attempt));
    change(
        [&](auto& database) { return store::failed(database, {call}, {error_class, "no"}, now_); });
  }
  EXPECT_EQ(store::tried(database(), new_call(job, 1).key).put_off, 2);
}

TEST_F(CallsTest, TheLastFailureIsKnownToWhoAsksAgain) {
  const auto job = running_job();
  const auto key = new_call(job, 1).key;
  EXPECT_FALSE(store::tried(database(), key).last);
  const auto call = granted(new_call(job, 1, "q", 1));
  change([&](auto& database) {
    return store::failed(database, {call, {}, 400}, {"context_length", "too long"}, now_);
  });
  const auto tried = store::tried(database(), key);
  ASSERT_TRUE(tried.last);
  EXPECT_EQ(tried.last->error_class, "context_length");
  EXPECT_EQ(tried.last->message, "too long");
  EXPECT_EQ(tried.last_status, 400);
  fail_call(granted(new_call(job, 1, "q", 2)), true);
  EXPECT_FALSE(store::tried(database(), key).last);  // unknown: no failure
}

TEST_F(CallsTest, ARetryByAPersonBeginsToCountAnew) {
  const auto job = running_job();
  fail_call(granted(new_call(job, 1)), false);
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::failed, Error{}, now_);
  });
  change([&](auto& database) { return store::retry(database, {job.row}, false, now_); });
  const auto again = claim(1).at(0);
  EXPECT_EQ(store::tried(database(), new_call(again, 1).key).attempts, 0);
  EXPECT_GT(granted(new_call(again, 1)), 0);
}

TEST_F(CallsTest, APauseStopsNewCallsAndSaysWhatIsInFlight) {
  const auto job = running_job();
  granted(new_call(job, 5 * kCent));
  change([&](auto& database) { store::pause(database, "", "", now_); });
  EXPECT_TRUE(refused(new_call(job, 1, "another")).paused);
  const auto in_flight = store::calls_in_flight(database());
  EXPECT_EQ(in_flight.calls, 1);
  EXPECT_EQ(in_flight.bound, 5 * kCent);
  change([&](auto& database) { return store::resume(database, ""); });
  change([&](auto& database) { store::pause(database, "docstrings", "new prompt", now_); });
  const auto refusal = refused(new_call(job, 1, "another"));
  EXPECT_TRUE(refusal.paused);
  EXPECT_EQ(refusal.words, "pipeline 'docstrings' is paused: new prompt");
}

}  // namespace
}  // namespace docwright::test
