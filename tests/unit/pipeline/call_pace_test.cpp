#include "pipeline/call/call_pace.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using namespace std::chrono_literals;

class CallPaceTest : public testing::Test {
 protected:
  // A round of calls that take 1.5 s and 10 ms a token, `times` over.
  void round(std::int64_t tokens, double times = 1) {
    for (int i = 0; i < 8; ++i) {
      const double seconds = times * (1.5 + 0.01 * static_cast<double>(tokens));
      pace_.learn(Duration(static_cast<Duration::rep>(seconds * 1e6)), tokens, 1, now_);
    }
  }

  CallPace pace_;
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
  for (int i = 0; i < 3; ++i) pace_.learn(1min, 400, 1, now_);
  for (int i = 0; i < 5; ++i) pace_.learn(5s, 400, 1, now_);
  EXPECT_FALSE(pace_.is_slow());
}

TEST_F(CallPaceTest, NorDoCallsThatAreQuickAllTheSame) {
  for (int i = 0; i < 8; ++i) pace_.learn(10ms, 400, 1, now_);
  for (int i = 0; i < 8; ++i) pace_.learn(900ms, 400, 1, now_);
  EXPECT_FALSE(pace_.is_slow());
}

TEST_F(CallPaceTest, WhatIsKnownGrowsOldWhileItIsSlow) {
  round(400);
  now_ += 1h;
  round(400, 3);
  EXPECT_FALSE(pace_.is_stale(now_ + 9min));
  EXPECT_TRUE(pace_.is_stale(now_ + 10min));
  pace_.forget();
  round(400, 3);
  EXPECT_FALSE(pace_.is_slow());
}

}  // namespace
}  // namespace docwright::pipeline
