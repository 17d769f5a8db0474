#include "pipeline/call/call_pace.h"

#include <gtest/gtest.h>

#include <utility>

namespace docwright::pipeline {
namespace {

using namespace std::chrono_literals;

class CallPaceTest : public testing::Test {
 protected:
  void calls(int count, Duration each) {
    for (int i = 0; i < count; ++i) pace_.learn(each, 400, 1, now_);
  }
  // A round of calls that take 1.5 s and 10 ms a token, `times` over. The first round is short.
  void round(std::int64_t tokens, double times = 1) {
    const double seconds = times * (1.5 + 0.01 * static_cast<double>(tokens));
    for (int i = std::exchange(first_, false) ? 5 : 0; i < 8; ++i)
      pace_.learn(Duration(static_cast<Duration::rep>(seconds * 1e6)), tokens, 1, now_);
  }

  CallPace pace_;
  bool first_ = true;
  Moment now_{1h};
};

TEST_F(CallPaceTest, CallsThatQueueUpAreSlow) {
  round(400);
  round(400, 1.9);
  EXPECT_FALSE(pace_.is_slow());
  round(400, 2.1);
  EXPECT_TRUE(pace_.is_slow());
  round(400, 1.5);
  EXPECT_FALSE(pace_.is_slow());
}

TEST_F(CallPaceTest, OtherLengthsOfAnswersAreNot) {
  for (const std::int64_t tokens : {400, 4000, 10, 40, 120, 150, 160, 200, 300, 1200, 16'000, 1}) {
    round(tokens);
    EXPECT_FALSE(pace_.is_slow()) << tokens;
  }
  round(150, 3);
  EXPECT_TRUE(pace_.is_slow());
}

TEST_F(CallPaceTest, FewSlowCallsSayNothing) {
  round(400);
  calls(3, 1min);
  calls(5, 5s);
  EXPECT_FALSE(pace_.is_slow());
}

// With one slot and twice as many calls each round, those that come later have waited for each
// other.
TEST_F(CallPaceTest, TheFirstCallsHaveMetTheShortestQueue) {
  for (const int queue : {1, 1, 2}) calls(1, queue * 5s);
  EXPECT_FALSE(pace_.is_slow());
  for (const int queue : {2, 3, 3, 4, 4, 5, 5, 6}) calls(1, queue * 5s);
  EXPECT_TRUE(pace_.is_slow());
}

TEST_F(CallPaceTest, NorDoCallsThatAreQuickAllTheSame) {
  calls(3, 10ms);
  calls(8, 900ms);
  EXPECT_FALSE(pace_.is_slow());
}

TEST_F(CallPaceTest, WhatIsKnownGrowsOldWhileItIsSlow) {
  round(400);
  now_ += 1h;
  round(400, 3);
  EXPECT_FALSE(pace_.is_stale(now_ + 9min));
  EXPECT_TRUE(pace_.is_stale(now_ + 10min));
}

TEST_F(CallPaceTest, HalfAsManyThatAreHardlyQuickerAreTheBest) {
  round(400);
  round(400, 5);
  pace_.halved(now_);
  round(400, 4.5);
  EXPECT_FALSE(pace_.is_slow());
  round(400, 8);
  EXPECT_FALSE(pace_.is_slow());
}

TEST_F(CallPaceTest, HalfAsManyThatAreMuchQuickerWereInAQueue) {
  round(400);
  round(400, 8);
  now_ += 10min;
  pace_.halved(now_);
  round(400, 4);
  EXPECT_TRUE(pace_.is_slow());
  EXPECT_FALSE(pace_.is_stale(now_ + 9min));
  EXPECT_TRUE(pace_.is_stale(now_ + 10min));
}

}  // namespace
}  // namespace docwright::pipeline
