#include "store/calls.h"

#include <gmock/gmock.h>

#include <random>

#include "store/budgets.h"
#include "store/cache.h"
#include "store/events.h"
#include "store/pauses.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using store::Window;
using testing::HasSubstr;

constexpr Nusd kCent = 10'000'000;

class CallsTest : public StoreTest {
 protected:
  void budget(Window window, std::optional<Nusd> nusd, std::optional<std::int64_t> tokens = {}) {
    EXPECT_TRUE(change(
        [&](auto& database) { return store::set_budget(database, window, {nusd, tokens}, now_); }));
  }
  store::BudgetState budget_state() { return store::budgets(database(), now_).at(0); }

  Result<void> fail_call(std::int64_t call, bool charged) {
    return change([&](auto& database) {
      const store::CallFailure failure{"timeout", "no answer in 60 s"};
      return charged ? store::unknown(database, {call}, failure, now_)
                     : store::failed(database, {call}, failure, now_);
    });
  }
  std::optional<store::RecordedCall> recorded(const store::CallKey& key, bool fresh = false) {
    return store::recorded_answer(database(), key, fresh ? std::nullopt : std::optional(Time{}));
  }
  // Promise 3, at this instant.
  void expect_promise_3() { EXPECT_EQ(count("SELECT count(*) FROM promise_3_violations"), 0); }
};

TEST_F(CallsTest, AnAnswerServesOthersUntilItIsTooOldOrTaken) {
  const auto first = running_job();
  const auto asked = new_call(first, 5 * kCent);
  ASSERT_TRUE(answer(granted(asked), 3 * kCent));
  const auto second = running_job();
  const auto same = new_call(second, 5 * kCent);
  const auto found = [&](Time since) {
    return store::recorded_answer(database(), same.key, since);
  };
  ASSERT_TRUE(found(now_));
  EXPECT_TRUE(found(now_)->cached);
  EXPECT_EQ(found(now_)->charged, 3 * kCent);
  EXPECT_FALSE(found(now_ + std::chrono::microseconds(1)));

  const auto clear = [&](std::string_view model, Time until) {
    return change([&](auto& database) { return store::clear_cache(database, model, until); });
  };
  EXPECT_EQ(clear("another", now_), 0);
  EXPECT_EQ(clear("gpt", now_ - std::chrono::hours(1)), 0);
  EXPECT_TRUE(found(now_));
  EXPECT_EQ(clear("gpt", now_), 1);
  EXPECT_FALSE(found(now_));
  EXPECT_TRUE(store::recorded_answer(database(), asked.key, now_)) << "its own job keeps it";

  now_ += std::chrono::seconds(1);
  ASSERT_TRUE(answer(granted(same), 4 * kCent));
  const auto third = running_job();
  EXPECT_TRUE(store::recorded_answer(database(), new_call(third, kCent).key, Time{}));
  EXPECT_EQ(clear("", now_), 1);
  EXPECT_FALSE(store::recorded_answer(database(), new_call(third, kCent).key, Time{}));
}

TEST_F(CallsTest, TheCacheIsShownByWhatItHoldsAndSaved) {
  const auto job = running_job();
  ASSERT_TRUE(answer(granted(new_call(job, 5 * kCent)), 3 * kCent));
  const store::CacheHits hit{"2024-10-04", "acme", "shop", "docstrings", "openai",
                             "gpt",        2,      160,    40,           6 * kCent};
  for (int i = 0; i < 2; ++i)
    change([&](auto& database) { store::add_cache_hits(database, {hit}); });
  for (const auto* group : {"model", "provider", "tenant", "project", "pipeline"}) {
    const auto groups = store::cache_by(database(), group, Time{});
    ASSERT_TRUE(groups) << group;
    ASSERT_EQ(groups->size(), 1U) << group;
    const store::CacheGroup& one = groups->front();
    EXPECT_EQ(std::tie(one.answers, one.tokens_in, one.tokens_out, one.cost, one.hits, one.saved),
              std::tuple(1, 80, 20, 3 * kCent, 4, 12 * kCent));
    EXPECT_EQ(one.newest, now_);
  }
  EXPECT_EQ(store::cache_by(database(), "model", now_ + std::chrono::hours(1))->front().answers, 0);
  EXPECT_THAT(store::cache_by(database(), "modle", Time{}).error().message,
              HasSubstr("did you mean 'model'"));
  EXPECT_EQ(count("SELECT sum(cache_hits) FROM usage_by_model"), 4);
  EXPECT_EQ(count("SELECT sum(saved_nusd) FROM usage"), 12 * kCent);
}

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

// The response cache.

TEST_F(CallsTest, AnotherJobOfTheTenantFindsTheAnswer) {
  submit({new_job("a"), new_job("b")});
  const auto jobs = claim(2);
  answer(granted(new_call(jobs[0], 1)), 1);
  const auto key = new_call(jobs[1], 1).key;
  ASSERT_TRUE(recorded(key));
  EXPECT_TRUE(recorded(key)->cached);
  EXPECT_EQ(recorded(key)->charged, 1) << "to the job that asked";
  EXPECT_FALSE(recorded(key, true));
  EXPECT_FALSE(recorded(new_call(jobs[1], 1, "another question").key));
}

TEST_F(CallsTest, AnotherTenantDoesNot) {
  auto other = new_job("b");
  other.tenant = "umbrella";
  submit({new_job("a"), other});
  const auto jobs = claim(2);
  answer(granted(new_call(jobs[0], 1)), 1);
  EXPECT_FALSE(recorded(new_call(jobs[1], 1).key));
}

// Pauses.

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

// Budgets.

TEST_F(CallsTest, ReservationsThatWillSettleAreWaitedFor) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  const auto first = granted(new_call(job, 7 * kCent, "1"));
  const auto refusal = refused(new_call(job, 5 * kCent, "2"));
  EXPECT_TRUE(refusal.reservations);
  EXPECT_EQ(refusal.words,
            "budget 'all' (0.10 USD): 0.07 USD committed, this call needs up to 0.05 USD");
  answer(first, 2 * kCent);
  EXPECT_GT(granted(new_call(job, 5 * kCent, "2")), 0);
}

TEST_F(CallsTest, AnExhaustedDayWaitsForTheNext) {
  const auto job = running_job();
  now_ += std::chrono::hours(9);
  budget(Window::day, 10 * kCent);
  answer(granted(new_call(job, 7 * kCent, "1")), 7 * kCent);
  const auto refusal = refused(new_call(job, 5 * kCent, "2"));
  EXPECT_FALSE(refusal.reservations);
  EXPECT_EQ(refusal.until, kStart + std::chrono::days(1));
  EXPECT_THAT(refusal.words, HasSubstr("0.10 USD a day"));
  now_ = *refusal.until;
  EXPECT_GT(granted(new_call(job, 5 * kCent, "2")), 0);
  EXPECT_EQ(budget_state().reserved_nusd, 5 * kCent);
  EXPECT_EQ(budget_state().settled_nusd, 0);
}

TEST_F(CallsTest, ACallSettlesInTheWindowOfItsIntent) {
  const auto job = running_job();
  budget(Window::day, 10 * kCent);
  const auto call = granted(new_call(job, 7 * kCent));
  now_ += std::chrono::days(1);
  answer(call, 6 * kCent);
  EXPECT_EQ(budget_state().settled_nusd, 0);
  EXPECT_EQ(count("SELECT settled_nusd FROM budget_windows"), 6 * kCent);
}

TEST_F(CallsTest, ACallThatCanNeverFitHasNoMoment) {
  const auto job = running_job();
  budget(Window::day, 10 * kCent);
  const auto refusal = refused(new_call(job, 11 * kCent));
  EXPECT_FALSE(refusal.until);
  EXPECT_FALSE(refusal.reservations);
  EXPECT_THAT(refusal.words, HasSubstr("more than the whole budget"));
}

TEST_F(CallsTest, EveryBudgetMustAgreeAndTheStrictestSpeaks) {
  auto limited = new_job();
  limited.budget_nusd = 3 * kCent;
  submit({limited});
  const auto job = claim(1).at(0);
  budget(Window::once, 10 * kCent);
  budget(Window::day, 10 * kCent);
  answer(granted(new_call(job, 2 * kCent, "1")), 2 * kCent);
  const auto refusal = refused(new_call(job, 2 * kCent, "2"));
  EXPECT_FALSE(refusal.reservations);
  EXPECT_FALSE(refusal.until);
  EXPECT_THAT(refusal.words, HasSubstr("the job's budget (0.03 USD)"));
  EXPECT_GT(granted(new_call(job, kCent, "3")), 0);
  EXPECT_EQ(store::job_budget(database(), job.row, now_)->reserved_nusd, kCent);
}

TEST_F(CallsTest, ABudgetInTokensCountsTokens) {
  const auto job = running_job();
  budget(Window::once, std::nullopt, 200);
  const auto first = granted(new_call(job, 0, "1"));
  EXPECT_THAT(refused(new_call(job, 0, "2")).words,
              HasSubstr("150 tokens committed, this call needs up to 150 tokens"));
  answer(first, 0);  // 100 tokens
  EXPECT_EQ(granted(new_call(job, 0, "2")), 0);
  budget(Window::once, std::nullopt, 250);
  EXPECT_GT(granted(new_call(job, 0, "2")), 0);
}

TEST_F(CallsTest, AModelWithoutAPriceCannotBeHeldToMoney) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  auto call = new_call(job, 0);
  call.price_known = false;
  EXPECT_THAT(refused(call).words, HasSubstr("no price is known for model 'gpt'"));
  budget(Window::once, std::nullopt, 1000);
  EXPECT_GT(granted(call), 0);
}

TEST_F(CallsTest, ALoweredLimitRefusesNewReservationsOnly) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  const auto first = granted(new_call(job, 8 * kCent, "1"));
  budget(Window::once, 2 * kCent);
  expect_promise_3();
  EXPECT_EQ(granted(new_call(job, kCent, "2")), 0);
  ASSERT_TRUE(answer(first, 8 * kCent));
  expect_promise_3();
  EXPECT_EQ(granted(new_call(job, kCent, "2")), 0);
  budget(Window::once, 9 * kCent);
  EXPECT_GT(granted(new_call(job, kCent, "2")), 0);
}

TEST_F(CallsTest, AChargeBeyondTheBoundIsAnOverrun) {
  const auto job = running_job();
  budget(Window::once, 5 * kCent);
  const auto call = granted(new_call(job, 5 * kCent));
  EXPECT_EQ(answer(call, 6 * kCent)->overrun, kCent);
  EXPECT_EQ(count("SELECT nusd FROM overruns"), kCent);
  const auto events = store::events_since(database(), 0, "daemon", 10);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_THAT(events[0].body, HasSubstr("overrun"));
  EXPECT_EQ(budget_state().settled_nusd, 6 * kCent);
}

TEST_F(CallsTest, ARemovedBudgetLimitsNothingButStillSettles) {
  const auto job = running_job();
  budget(Window::once, 5 * kCent);
  const auto call = granted(new_call(job, 5 * kCent, "1"));
  budget(Window::once, std::nullopt);
  EXPECT_TRUE(store::budgets(database(), now_).empty());
  EXPECT_GT(granted(new_call(job, 100 * kCent, "2")), 0);
  EXPECT_TRUE(answer(call, kCent));
  EXPECT_EQ(
      change([&](auto& database) { return store::set_budget(database, Window::once, {}, now_); })
          .error()
          .code,
      Code::not_found);
}

TEST_F(CallsTest, AFailedCallGivesItsReservationBack) {
  const auto job = running_job();
  budget(Window::once, 5 * kCent);
  fail_call(granted(new_call(job, 5 * kCent)), false);
  EXPECT_EQ(budget_state().reserved_nusd, 0);
  EXPECT_GT(granted(new_call(job, 5 * kCent, "q", 2)), 0);
}

TEST_F(CallsTest, ARestartChargesWhatWasInFlightAtItsBound) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  budget(Window::day, 20 * kCent);
  granted(new_call(job, 5 * kCent, "1"));
  granted(new_call(job, 2 * kCent, "2"));
  answer(granted(new_call(job, 2 * kCent, "3")), kCent);
  restart();
  EXPECT_EQ(recovered_.unknown_calls, 2);
  EXPECT_EQ(recovered_.unknown_nusd, 7 * kCent);
  EXPECT_EQ(budget_state().unknown_nusd, 7 * kCent);
  EXPECT_EQ(budget_state().reserved_nusd, 0);
  EXPECT_EQ(budget_state().settled_nusd, kCent);
  EXPECT_EQ(status(job.row).progress.calls_unknown, 2);
  EXPECT_EQ(store::tried(database(), new_call(job, 0, "1").key).unknown, 1);
  expect_promise_3();
}

class Promise3 : public CallsTest {};

// In any order: the view is asked after every step.
TEST_F(Promise3, TheCeilingHoldsWhateverHappens) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  auto limited = new_job();
  limited.budget_nusd = 40 * kCent;
  submit({new_job(), limited, new_job()});
  auto jobs = claim(3);
  budget(Window::once, 100 * kCent, 5000);
  budget(Window::day, 50 * kCent);
  std::vector<std::int64_t> open;
  int question = 0;
  for (int step = 0; step < 400; ++step) {
    switch (below(12)) {
      default: {
        const auto row = granted(new_call(jobs[static_cast<std::size_t>(below(3))],
                                          below(15) * kCent, std::to_string(++question)));
        if (row > 0) open.push_back(row);
        break;
      }
      case 5:
      case 6:
      case 7:
      case 8: {
        if (open.empty()) break;
        const auto at = static_cast<std::size_t>(below(static_cast<int>(open.size())));
        const int end = below(4);
        if (end < 2) {
          std::ignore = answer(open[at], below(end == 0 ? 10 : 20) * kCent);
        } else {
          std::ignore = fail_call(open[at], end == 2);
        }
        if (end != 2) open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      }
      case 9:
        now_ += std::chrono::hours(below(12));
        break;
      case 10:
        budget(Window::day, below(100) * kCent);
        budget(Window::once, below(300) * kCent, 1000 + below(20'000));
        break;
      case 11:
        restart();
        jobs = claim(3);
        ASSERT_EQ(jobs.size(), 3U);
        break;
    }
    ASSERT_EQ(count("SELECT count(*) FROM promise_3_violations"), 0) << "after step " << step;
  }
}

}  // namespace
}  // namespace docwright::test
