#include "pipeline/call/allowance.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using namespace std::chrono_literals;
using providers::LimitRules;
using providers::TokensCharged;
using providers::wire::Limited;
using providers::wire::LimitSaid;

constexpr Allowance::Now kStart{Moment{1h}, Time{std::chrono::days{20'000}}};
constexpr Demand kCall{700, 300, 1000};

Allowance::Now later(Duration time) {
  return {kStart.moment + time, kStart.time + time};
}

// 6,000 tokens a minute are 100 a second; a burst of 10 s holds 1,000.
Allowance tokens(LimitRules rules = {}) {
  return Allowance({.tokens_per_minute = 6000}, rules, kStart);
}

TEST(Allowance, WithoutLimitsAllows) {
  Allowance allowance({}, {}, kStart);
  for (int i = 0; i < 100; ++i) allowance.reserve(kCall, kStart);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment);
}

TEST(Allowance, AllLimitsMustHaveRoom) {
  Allowance allowance({.requests_per_minute = 60,
                       .tokens_per_minute = 6000,
                       .input_tokens_per_minute = 42'000,
                       .output_tokens_per_minute = 600},
                      {}, kStart);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment);
  allowance.reserve(kCall, kStart);
  // Tokens are there again after 10 s; of output, 100 of 300 were there, and 10 come in a second.
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment + 30s);
}

TEST(Allowance, SettlesBothWays) {
  Allowance allowance = tokens();
  allowance.reserve(kCall, kStart);
  allowance.settle(kCall, 1, {700, 100, 800}, kStart);
  EXPECT_EQ(allowance.ready({0, 0, 200}, kStart).at, kStart.moment);
  EXPECT_EQ(allowance.ready({0, 0, 201}, kStart).at, kStart.moment + 10ms);
  allowance.reserve({0, 0, 200}, kStart);
  allowance.settle({0, 0, 200}, 1, {0, 0, 500}, kStart);
  EXPECT_EQ(allowance.ready({0, 0, 0}, kStart).at, kStart.moment + 3s);  // a debt
}

TEST(Allowance, WhatWasNotSentComesBackWhole) {
  Allowance allowance({.requests_per_minute = 6, .requests_per_day = 1}, {}, kStart);
  allowance.reserve(kCall, kStart);
  EXPECT_GT(allowance.ready(kCall, kStart).at, kStart.moment);
  allowance.settle(kCall, 0, {}, kStart);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment);
}

TEST(Allowance, ADaysLimitWaitsForItsMidnight) {
  Allowance allowance({.requests_per_day = 2}, {}, kStart);
  allowance.reserve(kCall, kStart);
  allowance.reserve(kCall, kStart);
  const Allowance::Ready ready = allowance.ready(kCall, later(2h));
  EXPECT_TRUE(ready.next_day);
  EXPECT_EQ(ready.at, kStart.moment + 24h);
  Allowance gemini({.requests_per_day = 1}, {.day_begins = providers::QuotaReset::midnight_pacific},
                   kStart);
  gemini.reserve(kCall, kStart);
  const Duration wait = gemini.ready(kCall, kStart).at - kStart.moment;
  EXPECT_TRUE(wait == Duration{7h} || wait == Duration{8h}) << wait.count();
}

PastCalls past(Duration ago, std::int64_t requests, Usage usage = {}) {
  return {
      .provider = "p", .model = "m", .at = kStart.time - ago, .requests = requests, .usage = usage};
}

TEST(Allowance, ADayCountsWhatWasTakenBeforeTheStart) {
  const config::LimitSettings settings{.requests_per_day = 4};
  const std::vector before = {past(-1h, 3)};
  Allowance allowance(settings, {}, later(2h), before);
  allowance.reserve(kCall, later(2h));
  EXPECT_EQ(allowance.ready(kCall, later(2h)).at, later(24h).moment);
}

TEST(Allowance, NotWhatWasTakenTheDayBefore) {
  const config::LimitSettings settings{.requests_per_day = 4};
  const std::vector before = {past(1h, 4), past(-1h, 2)};
  Allowance allowance(settings, {}, later(2h), before);
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(allowance.ready(kCall, later(2h)).next_day);
    allowance.reserve(kCall, later(2h));
  }
  EXPECT_TRUE(allowance.ready(kCall, later(2h)).next_day);
}

// A daemon that is started over and over gets no full bucket each time.
TEST(Allowance, AMinuteCountsWhatWasTakenBeforeTheStart) {
  const config::LimitSettings settings{.tokens_per_minute = 6000};
  const std::vector before = {past(10min, 3, {.input = 600, .output = 300}),
                              past(5s, 2, {.input = 1500, .output = 500})};
  Allowance allowance(settings, {}, kStart, before);
  EXPECT_EQ(allowance.ready({0, 0, 1}, kStart).at, kStart.moment + 5010ms);  // 1000 - 2000 + 500
  Allowance rested(settings, {}, kStart, std::span(before).first(1));
  EXPECT_EQ(rested.ready({0, 0, 1000}, kStart).at, kStart.moment);
}

TEST(Allowance, StandsAClockThatWasAheadBeforeTheStart) {
  const config::LimitSettings settings{.requests_per_minute = 60, .requests_per_day = 100};
  const std::vector before = {past(-48h, 10)};
  Allowance allowance(settings, {}, kStart, before);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment + 1s);
  EXPECT_FALSE(allowance.ready(kCall, kStart).next_day);
}

TEST(Allowance, IsCorrectedDownwardByWhatTheProviderSays) {
  Allowance allowance = tokens({.charged = TokensCharged::larger});
  const LimitSaid said[] = {{.what = Limited::tokens, .limit = 6000, .remaining = 400}};
  allowance.heard(said, kStart);
  EXPECT_EQ(allowance.ready({0, 0, 401}, kStart).at, kStart.moment + 10ms);
  const LimitSaid more[] = {{.what = Limited::tokens, .limit = 9000, .remaining = 8000}};
  allowance.heard(more, kStart);
  EXPECT_EQ(allowance.ready({0, 0, 401}, kStart).at, kStart.moment + 10ms);
  const LimitSaid less[] = {{.what = Limited::tokens, .limit = 600}};
  allowance.heard(less, kStart);
  EXPECT_EQ(allowance.pace({0, 0, 10}), 1s);
}

// What is still being written is not in the provider's figure.
TEST(Allowance, CountsWhatIsInFlightAgainstWhatIsSaidToBeLeft) {
  Allowance allowance = tokens();
  allowance.reserve({0, 300, 300}, kStart);
  const LimitSaid said[] = {{.what = Limited::tokens, .limit = 6000, .remaining = 400}};
  allowance.heard(said, kStart);
  EXPECT_EQ(allowance.ready({0, 0, 100}, kStart).at, kStart.moment);
  EXPECT_EQ(allowance.ready({0, 0, 101}, kStart).at, kStart.moment + 10ms);
}

TEST(Allowance, LearnsLimitsThatNobodyConfigured) {
  Allowance allowance({}, {.charged = TokensCharged::requested}, kStart);
  const LimitSaid said[] = {
      {.what = Limited::requests, .period = 24h, .limit = 14'400, .remaining = 1},
      {.what = Limited::tokens, .limit = 6000, .remaining = 5000}};
  allowance.heard(said, kStart);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment);
  allowance.reserve(kCall, kStart);
  EXPECT_EQ(allowance.ready(kCall, kStart).at, kStart.moment + 10s);  // of tokens
  EXPECT_EQ(allowance.ready({}, kStart).at, kStart.moment + 6s);      // of requests
}

}  // namespace
}  // namespace docwright::pipeline
