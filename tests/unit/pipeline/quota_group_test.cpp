#include "pipeline/call/quota_group.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/task_group.h"

namespace docwright::pipeline {
namespace {

using namespace std::chrono_literals;
using providers::CallError;
using providers::ErrorClass;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Demand kCall{700, 300, 1000};

class QuotaGroupTest : public testing::Test {
 protected:
  struct Seen {
    std::string who;
    Duration at{};
    std::optional<QuotaGroup::Later> later;
  };

  void start(config::LimitSettings settings) {
    group_ = std::make_shared<QuotaGroup>(
        loop_, random_,
        QuotaGroup::Rules{.name = "g",
                          .settings = settings,
                          .provider = {.headers = providers::LimitHeaders::openai},
                          .calls_max = 100});
  }
  // Asks for a turn at `at` and has it for `time`; then it has ended with `error`, or well.
  TaskGroup::Handle call(const std::string& tenant, Duration at, Duration time,
                         std::optional<CallError> error = {}) {
    return tasks_.spawn(tenant, work(tenant, at, time, std::move(error)));
  }
  std::vector<std::string> order() const {
    std::vector<std::string> names;
    for (const Seen& seen : seen_) names.push_back(seen.who);
    return names;
  }

  ManualClock clock_;
  Loop loop_{clock_};
  Random random_{7};
  const Moment begin_ = clock_.moment();
  std::shared_ptr<QuotaGroup> group_;
  std::vector<Seen> seen_;
  bool has_others_ = false;
  Demand demand_ = kCall;
  int at_once_ = 1000;  // that the provider works on; others wait in a queue of its own
  int in_flight_ = 0, most_in_flight_ = 0;
  TaskGroup tasks_{
      loop_, [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};

 private:
  Task<void> work(std::string tenant, Duration at, Duration time, std::optional<CallError> error) {
    co_await loop_.sleep_until(begin_ + at);
    QuotaGroup::Reply reply =
        co_await group_->turn({.tenant = tenant, .demand = demand_, .has_others = has_others_});
    seen_.push_back({tenant, clock_.moment() - begin_, reply.later});
    if (reply.later) co_return;
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    time *= (in_flight_ + at_once_ - 1) / at_once_;
    co_await loop_.sleep(time);
    --in_flight_;
    if (error) {
      reply.turn.failed(*error);
    } else {
      reply.turn.answered(Usage{.input = demand_.input, .output = demand_.output}, time);
    }
  }
};

TEST_F(QuotaGroupTest, CallsGoOutAtTheVeryMomentAtWhichThereIsRoom) {
  start({.tokens_per_minute = 6000});  // 1000 at once, then 100 in a second
  for (int i = 0; i < 3; ++i) call("t", 0s, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 3U);
  EXPECT_EQ(seen_[1].at, 10s);
  EXPECT_EQ(seen_[2].at, 20s);
}

TEST_F(QuotaGroupTest, TenantsTakeTurns) {
  start({.requests_per_minute = 6});  // one, then one in 10 s
  for (int i = 0; i < 4; ++i) call("a", 0s, 1s);
  call("b", 1s, 1s);
  call("b", 1s, 1s);
  loop_.run_until_idle();
  EXPECT_THAT(order(), ElementsAre("a", "b", "a", "b", "a", "a"));
}

TEST_F(QuotaGroupTest, WhatWasNotUsedComesBackAndIsGivenToTheNext) {
  start({.tokens_per_minute = 6000});
  call("t", 0s, 2s, CallError{.error_class = ErrorClass::connect});  // has reached nobody
  call("t", 0s, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[1].at, 2s);
}

TEST_F(QuotaGroupTest, WhoIsCancelledLosesItsTurnOnly) {
  start({.requests_per_minute = 6});
  call("a", 0s, 1s);
  auto waiting = call("b", 0s, 1s);
  call("c", 1s, 1s);
  const auto cancel = [&]() -> Task<void> {
    co_await loop_.sleep(3s);
    waiting.cancel();
  };
  tasks_.spawn("cancel", cancel());
  loop_.run_until_idle();
  EXPECT_THAT(order(), ElementsAre("a", "c"));
  EXPECT_EQ(seen_[1].at, 10s);
  EXPECT_EQ(group_->waiting(), 0U);
  EXPECT_EQ(group_->window().used(), 0);
}

TEST_F(QuotaGroupTest, ARefusalMakesAllWaitForItsHintAndThenGoOneByOne) {
  start({.requests_per_minute = 60'000});
  call("t", 0s, 1s,
       CallError{.error_class = ErrorClass::rate_limit, .status = 429, .retry_after = 20s});
  for (int i = 0; i < 5; ++i) call("t", 2s, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 6U);
  std::map<Duration, int> moments;
  for (std::size_t i = 1; i < 6; ++i) {
    EXPECT_GE(seen_[i].at, 21s);
    EXPECT_LE(seen_[i].at, 26s);
    ++moments[seen_[i].at];
  }
  EXPECT_GE(moments.size(), 3U);
}

TEST_F(QuotaGroupTest, WhoWouldWaitTooLongIsToldUntilWhen) {
  start({});
  call("t", 0s, 1s,
       CallError{.error_class = ErrorClass::rate_limit,
                 .status = 429,
                 .message = "slow down",
                 .retry_after = 120s});
  call("t", 2s, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[1].at, 2s);
  ASSERT_TRUE(seen_[1].later);
  EXPECT_GE(seen_[1].later->until, clock_.now() + 115s);
  EXPECT_THAT(seen_[1].later->why, HasSubstr("slow down"));
}

// What calls in flight have reserved may come back, so as long as there are any, one waits.
TEST_F(QuotaGroupTest, ASlowLimitPutsOffOnlyWhenNothingInFlightCanChangeIt) {
  start({.tokens_per_minute = 100});
  call("t", 0s, 5s);
  for (int i = 0; i < 3; ++i) call("t", 1s, 5s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(seen_[i].at, 5s);
    ASSERT_TRUE(seen_[i].later);
  }
  // They are sent for one after another, at the limit's pace: 1000 tokens in 10 minutes.
  EXPECT_EQ(seen_[2].later->until - seen_[1].later->until, 10min);
  EXPECT_EQ(seen_[3].later->until - seen_[2].later->until, 10min);
}

TEST_F(QuotaGroupTest, WhatOneTenantHasPutOffIsNotWaitedForByOthers) {
  start({.tokens_per_minute = 100});
  for (int i = 0; i < 1000; ++i) call("many", 0s, 5s);
  call("one", 10s, 5s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 1001U);
  EXPECT_GE(seen_[999].later->until - clock_.now(), 9000min);
  ASSERT_TRUE(seen_.back().later);
  EXPECT_LE(seen_.back().later->until - clock_.now(), 11min);
}

// Small calls go on as long as there is room for them, and whenever the large one looks, there is
// too little for it.
TEST_F(QuotaGroupTest, ACallThatNeedsAFullBucketIsNotPassedByForEver) {
  start({.tokens_per_minute = 6000, .burst = 20s});
  demand_ = {100, 100, 200};
  for (int i = 0; i < 600; ++i) call("small", i * 1s, 1s);
  const auto ask = [&]() -> Task<void> {
    co_await loop_.sleep(60s);
    QuotaGroup::Reply reply = co_await group_->turn({.tenant = "large", .demand = {0, 0, 5000}});
    seen_.push_back({"large", clock_.moment() - begin_, reply.later});
  };
  tasks_.spawn("large", ask());
  loop_.run_until_idle();
  const auto large = std::ranges::find(seen_, "large", &Seen::who);
  ASSERT_NE(large, seen_.end());
  EXPECT_FALSE(large->later);
  EXPECT_LE(large->at, 81s);
}

TEST_F(QuotaGroupTest, OneRequestADayIsOneADay) {
  start({.requests_per_day = 1});
  const Time first = clock_.now();
  for (int i = 0; i < 3; ++i) call("t", 0s, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 3U);
  for (int i = 1; i < 3; ++i) {
    ASSERT_TRUE(seen_.at(i).later);
    EXPECT_TRUE(seen_.at(i).later->next_day);
    EXPECT_GE(seen_.at(i).later->until, first + 24h);
    EXPECT_LE(seen_.at(i).later->until, first + 24h + 1min);
  }
}

TEST_F(QuotaGroupTest, OneCallFindsOutWhetherThereAreLimits) {
  start({});
  for (int i = 0; i < 20; ++i) call("t", 0s, 10s);
  const auto hear = [&]() -> Task<void> {
    co_await loop_.sleep(5s);
    EXPECT_EQ(most_in_flight_, 1);
    group_->heard(200,
                  {{"x-ratelimit-limit-requests", "5"}, {"x-ratelimit-remaining-requests", "4"}});
  };
  tasks_.spawn("hear", hear());
  loop_.run_until_idle();
  ASSERT_GE(seen_.size(), 3U);
  EXPECT_EQ(seen_[1].at, 5s);   // not when the first has ended
  EXPECT_EQ(seen_[2].at, 17s);  // 5 a minute
}

// Its headers are heard before it is known to be a refusal.
TEST_F(QuotaGroupTest, ARefusalThatTellsLimitsLetsNobodyOut) {
  start({});
  call("t", 0s, 5s,
       CallError{.error_class = ErrorClass::rate_limit, .status = 429, .retry_after = 20s});
  const auto hear = [&]() -> Task<void> {
    co_await loop_.sleep(4s);
    group_->heard(
        429, {{"x-ratelimit-limit-tokens", "60000"}, {"x-ratelimit-remaining-tokens", "9000"}});
  };
  tasks_.spawn("hear", hear());
  for (int i = 0; i < 5; ++i) call("t", 4500ms, 1s);
  loop_.run_until_idle();
  ASSERT_EQ(seen_.size(), 6U);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_GE(seen_[i].at, 25s);
  EXPECT_EQ(group_->window().size(), 5);
}

TEST_F(QuotaGroupTest, CallsThatQueueUpAreNotMadeMore) {
  start({});
  at_once_ = 4;
  for (int i = 0; i < 2000; ++i) call("t", 0s, 5s);
  loop_.run_until_idle();
  EXPECT_GE(most_in_flight_, 4);
  EXPECT_LE(most_in_flight_, 50);
  EXPECT_GE(group_->window().size(), 4);
  EXPECT_LE(group_->window().size(), 20);
}

TEST_F(QuotaGroupTest, WhoHasOthersToAskDoesNotStandInALongLine) {
  start({.requests_per_minute = 6});
  has_others_ = true;
  for (int i = 0; i < 6; ++i) call("t", 0s, 1s);
  loop_.run_until_idle();
  int turned_away = 0;
  for (const Seen& seen : seen_) {
    if (!seen.later) continue;
    ++turned_away;
    EXPECT_EQ(seen.at, 0s);
    EXPECT_GT(seen.later->until, clock_.now() - (clock_.moment() - begin_) + 30s);
  }
  EXPECT_EQ(turned_away, 1);  // five are there within 40 s
}

TEST_F(QuotaGroupTest, ServerErrorsHalveWhatIsInFlightOthersDoNot) {
  start({.requests_per_minute = 60'000});
  for (int i = 0; i < 30; ++i)
    call("t", 0s, 1s, CallError{.error_class = ErrorClass::invalid_request, .status = 400});
  loop_.run_until_idle();
  EXPECT_EQ(most_in_flight_, 10);
  EXPECT_EQ(group_->window().size(), 10);
  call("t", 10s, 1s, CallError{.error_class = ErrorClass::server, .status = 500});
  loop_.run_until_idle();
  EXPECT_EQ(group_->window().size(), 5);
}

}  // namespace
}  // namespace docwright::pipeline
