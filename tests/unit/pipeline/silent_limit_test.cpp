#include "pipeline/call/silent_limit.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using namespace std::chrono_literals;

class SilentLimitTest : public testing::Test {
 protected:
  // One call after another, each let in, evenly spread over the time.
  void calls(int count, Duration over) {
    for (int i = 0; i < count; ++i) {
      limit_.began(now_);
      limit_.let_in(now_ + 1s);
      now_ += over / count;
    }
  }
  void refusal(bool at_rest = true) {
    limit_.began(now_);
    limit_.refused(now_, at_rest, now_ + 1s);
    now_ += 1s;
  }
  std::int64_t limit() const { return limit_.per_minute().value_or(0); }

  SilentLimit limit_;
  Moment now_{1h};
};

TEST_F(SilentLimitTest, IsWhatWasLetInWithinTheMinuteBeforeARefusal) {
  calls(7, 90s);
  calls(5, 20s);
  now_ += 20s;
  refusal();
  EXPECT_EQ(limit(), 6);
}

TEST_F(SilentLimitTest, ARefusalBesideOtherCallsSaysNothing) {
  calls(5, 20s);
  refusal(false);
  EXPECT_EQ(limit(), 0);
}

TEST_F(SilentLimitTest, NorDoesOneBeforeAnythingWasLetIn) {
  refusal();
  EXPECT_EQ(limit(), 0);
}

TEST_F(SilentLimitTest, RisesEachCleanMinuteInWhichItWasUsedUp) {
  calls(8, 20s);
  refusal();
  ASSERT_EQ(limit(), 8);
  calls(3, 2min);
  EXPECT_EQ(limit(), 8);
  calls(8, 1min);
  EXPECT_EQ(limit(), 10);
  calls(10, 1min);
  EXPECT_EQ(limit(), 14);
}

TEST_F(SilentLimitTest, EachRiseThatIsRefusedIsFollowedByALongerPatience) {
  calls(8, 20s);
  refusal();
  for (const int minutes : {1, 2, 4}) {
    const std::int64_t kept = limit();
    calls(static_cast<int>(kept) * minutes, minutes * 1min - 10s);
    EXPECT_EQ(limit(), kept) << minutes;
    calls(3, 24s);
    EXPECT_GT(limit(), kept) << minutes;
    refusal();
  }
}

TEST_F(SilentLimitTest, WhatIsKeptToAndGoesOnRefusingWasNone) {
  for (int i = 0; i < 3; ++i) {
    calls(5, 20s);
    refusal();
    EXPECT_GT(limit(), 0);
    refusal();  // nothing new
  }
  calls(5, 20s);
  refusal();
  EXPECT_EQ(limit(), 0);
  calls(5, 20s);
  refusal();
  EXPECT_EQ(limit(), 0);
  now_ += 10min;
  calls(5, 20s);
  refusal();
  EXPECT_EQ(limit(), 5);
}

TEST_F(SilentLimitTest, IsForgottenAfterAnHour) {
  calls(5, 20s);
  refusal();
  now_ += 59min;
  calls(1, 1s);
  EXPECT_EQ(limit(), 5);
  now_ += 1min;
  calls(1, 1s);
  EXPECT_EQ(limit(), 0);
}

}  // namespace
}  // namespace docwright::pipeline
