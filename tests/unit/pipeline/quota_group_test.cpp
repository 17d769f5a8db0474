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
        QuotaGroup::Rules{.name = "g", .settings = settings, .provider = {}, .calls_max = 100});
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
  int in_flight_ = 0, most_in_flight_ = 0;
  TaskGroup tasks_{
      loop_, [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};

 private:
  Task<void> work(std::string tenant, Duration at, Duration time, std::optional<CallError> error) {
    co_await loop_.sleep_until(begin_ + at);
    QuotaGroup::Reply reply =
        co_await group_->turn({.tenant = tenant, .demand = kCall, .has_others = has_others_});
    seen_.push_back({tenant, clock_.moment() - begin_, reply.later});
    if (reply.later) co_return;
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    co_await loop_.sleep(time);
    --in_flight_;
    if (error) {
      reply.turn.failed(*error);
    } else {
      reply.turn.answered(Usage{.input = 700, .output = 300});
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
  start({});
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
  start({});
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
