// Reservations and charges: the ceiling holds.
#include <gmock/gmock.h>

#include <random>

#include "store/events.h"
#include "tests/unit/store/calls_fixture.h"

namespace docwright::test {
namespace {

using testing::HasSubstr;

class CallBudgets : public CallsFixture {};

TEST_F(CallBudgets, ReservationsThatWillSettleAreWaitedFor) {
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

TEST_F(CallBudgets, AnExhaustedDayWaitsForTheNext) {
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

TEST_F(CallBudgets, ACallSettlesInTheWindowOfItsIntent) {
  const auto job = running_job();
  budget(Window::day, 10 * kCent);
  const auto call = granted(new_call(job, 7 * kCent));
  now_ += std::chrono::days(1);
  answer(call, 6 * kCent);
  EXPECT_EQ(budget_state().settled_nusd, 0);
  EXPECT_EQ(count("SELECT settled_nusd FROM budget_windows"), 6 * kCent);
}

TEST_F(CallBudgets, ACallThatCanNeverFitHasNoMoment) {
  const auto job = running_job();
  budget(Window::day, 10 * kCent);
  const auto refusal = refused(new_call(job, 11 * kCent));
  EXPECT_FALSE(refusal.until);
  EXPECT_FALSE(refusal.reservations);
  EXPECT_THAT(refusal.words, HasSubstr("more than the whole budget"));
}

TEST_F(CallBudgets, EveryBudgetMustAgreeAndTheStrictestSpeaks) {
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
  EXPECT_EQ(refusal.words,
            "the job's budget (0.03 USD) has 0.01 USD left, and this call needs up to 0.02 USD: "
            "submit the source again with a larger one");
  EXPECT_GT(granted(new_call(job, kCent, "3")), 0);
  EXPECT_EQ(count("SELECT reserved_nusd FROM budget_windows JOIN budget_limits USING (budget) "
                  "WHERE scope = 'job'"),
            kCent);
}

TEST_F(CallBudgets, ABudgetInTokensCountsTokens) {
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

TEST_F(CallBudgets, AModelWithoutAPriceCannotBeHeldToMoney) {
  const auto job = running_job();
  budget(Window::once, 10 * kCent);
  auto call = new_call(job, 0);
  call.price_known = false;
  EXPECT_THAT(refused(call).words, HasSubstr("no price is known for model 'gpt'"));
  budget(Window::once, std::nullopt, 1000);
  EXPECT_GT(granted(call), 0);
}

TEST_F(CallBudgets, ALoweredLimitRefusesNewReservationsOnly) {
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

TEST_F(CallBudgets, AChargeBeyondTheBoundIsAnOverrun) {
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

TEST_F(CallBudgets, ARemovedBudgetLimitsNothingButStillSettles) {
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

TEST_F(CallBudgets, AFailedCallGivesItsReservationBack) {
  const auto job = running_job();
  budget(Window::once, 5 * kCent);
  fail_call(granted(new_call(job, 5 * kCent)), false);
  EXPECT_EQ(budget_state().reserved_nusd, 0);
  EXPECT_GT(granted(new_call(job, 5 * kCent, "q", 2)), 0);
}

TEST_F(CallBudgets, ARestartChargesWhatWasInFlightAtItsBound) {
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

// A job with a budget of 10 cents of its own.
class Promise6 : public CallsFixture {
 protected:
  store::Claimed limited_job() {
    auto limited = new_job();
    limited.budget_nusd = 10 * kCent;
    submit({limited});
    return claim(1).at(0);
  }
};

TEST_F(Promise6, WhatAJobsOwnBudgetCanNeverPayIsRefusedForGood) {
  const auto job = limited_job();
  EXPECT_TRUE(refused(new_call(job, 11 * kCent, "1")).for_good);
  fail_call(granted(new_call(job, 4 * kCent, "2")), true);
  answer(granted(new_call(job, 3 * kCent, "3")), 2 * kCent);
  EXPECT_TRUE(refused(new_call(job, 5 * kCent, "4")).for_good);
  EXPECT_GT(granted(new_call(job, 4 * kCent, "5")), 0);
}

TEST_F(Promise6, WhatItsOwnReservationsHoldIsNot) {
  const auto job = limited_job();
  const auto first = granted(new_call(job, 6 * kCent, "1"));
  const auto refusal = refused(new_call(job, 5 * kCent, "2"));
  EXPECT_TRUE(refusal.reservations);
  EXPECT_FALSE(refusal.for_good);
  answer(first, 6 * kCent);
  EXPECT_TRUE(refused(new_call(job, 5 * kCent, "2")).for_good);
}

TEST_F(Promise6, ABudgetOverAllJobsIsNeverRefusedForGood) {
  budget(Window::once, 10 * kCent);
  EXPECT_FALSE(refused(new_call(running_job(), 11 * kCent)).for_good);
}

TEST_F(Promise6, NorDoesOneHideTheJobsOwn) {
  const auto job = limited_job();
  budget(Window::day, kCent);
  EXPECT_TRUE(refused(new_call(job, 11 * kCent)).for_good);
}

TEST_F(Promise6, AJobsBudgetInMoneyCannotHoldAModelWithoutAPrice) {
  auto call = new_call(limited_job(), 0);
  call.price_known = false;
  const auto refusal = refused(call);
  EXPECT_TRUE(refusal.for_good);
  EXPECT_THAT(refusal.words, HasSubstr("submit it with a budget in tokens"));
}

class Promise3 : public CallsFixture {};

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
