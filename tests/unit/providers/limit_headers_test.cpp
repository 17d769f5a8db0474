#include "providers/wire/limit_headers.h"

#include <gmock/gmock.h>

#include "providers/provider.h"

namespace docwright::providers::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kMinute = 1min, kDay = 24h;

// Of the organisation and of the project, the stricter one.
TEST(LimitHeaders, OfOpenAi) {
  EXPECT_THAT(limits_said(LimitHeaders::openai, {{"x-ratelimit-limit-requests", "60"},
                                                 {"x-ratelimit-limit-tokens", "150000"},
                                                 {"x-ratelimit-remaining-requests", "59"},
                                                 {"x-ratelimit-remaining-tokens", "149984"},
                                                 {"x-ratelimit-reset-requests", "1s"},
                                                 {"x-ratelimit-reset-tokens", "6m0s"},
                                                 {"x-ratelimit-limit-project-tokens", "90000"},
                                                 {"x-ratelimit-remaining-project-tokens", "120"},
                                                 {"x-ratelimit-reset-project-tokens", "1m26.4s"},
                                                 {"x-request-id", "req-1"}}),
              ElementsAre(LimitSaid{Limited::requests, kMinute, 60, 59, 1s},
                          LimitSaid{Limited::tokens, kMinute, 90'000, 120, 6min}));
}

TEST(LimitHeaders, OfOpenAiPerDayWhereTheResetSaysSo) {
  EXPECT_THAT(limits_said(LimitHeaders::openai, {{"x-ratelimit-limit-requests", "10000"},
                                                 {"x-ratelimit-remaining-requests", "9990"},
                                                 {"x-ratelimit-reset-requests", "1m26.4s"}}),
              ElementsAre(LimitSaid{Limited::requests, kDay, 10'000, 9'990, 86'400ms}));
}

TEST(LimitHeaders, OfAzureInPlainSecondsAndWithoutLimits) {
  EXPECT_THAT(limits_said(LimitHeaders::azure, {{"x-ratelimit-remaining-requests", "9"},
                                                {"x-ratelimit-remaining-tokens", "812"},
                                                {"x-ratelimit-reset-tokens", "45"}}),
              ElementsAre(LimitSaid{Limited::requests, kMinute, {}, 9, {}},
                          LimitSaid{Limited::tokens, kMinute, {}, 812, 45s}));
}

TEST(LimitHeaders, OfGroqWhereRequestsArePerDay) {
  EXPECT_THAT(limits_said(LimitHeaders::groq, {{"x-ratelimit-limit-requests", "14400"},
                                               {"x-ratelimit-limit-tokens", "18000"},
                                               {"x-ratelimit-remaining-requests", "14370"},
                                               {"x-ratelimit-remaining-tokens", "17997"},
                                               {"x-ratelimit-reset-requests", "2m59.56s"},
                                               {"x-ratelimit-reset-tokens", "7.66s"}}),
              ElementsAre(LimitSaid{Limited::requests, kDay, 14'400, 14'370, 179'560ms},
                          LimitSaid{Limited::tokens, kMinute, 18'000, 17'997, 7'660ms}));
}

TEST(LimitHeaders, OfAnthropicAgainstTheAnswersOwnClock) {
  EXPECT_THAT(limits_said(LimitHeaders::anthropic,
                          {{"date", "Fri, 21 Aug 2026 12:40:30 GMT"},
                           {"anthropic-ratelimit-requests-limit", "50"},
                           {"anthropic-ratelimit-requests-remaining", "49"},
                           {"anthropic-ratelimit-requests-reset", "2026-08-21T12:40:31Z"},
                           {"anthropic-ratelimit-input-tokens-limit", "30000"},
                           {"anthropic-ratelimit-input-tokens-remaining", "29000"},
                           {"anthropic-ratelimit-input-tokens-reset", "2026-08-21T12:41:00Z"},
                           {"anthropic-ratelimit-output-tokens-limit", "8000"},
                           {"anthropic-ratelimit-output-tokens-remaining", "0"},
                           {"anthropic-ratelimit-output-tokens-reset", "2026-08-21T12:40:00Z"},
                           {"anthropic-priority-input-tokens-limit", "7"}}),
              ElementsAre(LimitSaid{Limited::requests, kMinute, 50, 49, 1s},
                          LimitSaid{Limited::input_tokens, kMinute, 30'000, 29'000, 30s},
                          LimitSaid{Limited::output_tokens, kMinute, 8'000, 0, 0s}));
}

// A server behind them tells none by itself.
TEST(LimitHeaders, OfGatewaysAreReadAsOpenAis) {
  const Registry providers = all_providers();
  const LimitRules& rules = providers.find("openai_compatible")->limits;
  EXPECT_THAT(limits_said(rules.headers, {{"x-ratelimit-limit-requests", "60"},
                                          {"x-ratelimit-remaining-requests", "59"}}),
              ElementsAre(LimitSaid{Limited::requests, kMinute, 60, 59, {}}));
  EXPECT_THAT(limits_said(rules.headers, {{"content-type", "application/json"}}), IsEmpty());
}

// Azure sends -1, and 0 where there is no limit.
TEST(LimitHeaders, WhatCannotBeMeantIsNotHeard) {
  for (const char* limit : {"0", "-1", "", "many", "1e5"}) {
    for (const char* remaining : {"0", "-1", "", "none"}) {
      EXPECT_THAT(limits_said(LimitHeaders::azure, {{"x-ratelimit-limit-tokens", limit},
                                                    {"x-ratelimit-remaining-tokens", remaining}}),
                  IsEmpty())
          << limit << " " << remaining;
    }
  }
  EXPECT_THAT(limits_said(LimitHeaders::openai, {{"x-ratelimit-", "1"},
                                                 {"x-ratelimit-limit", "1"},
                                                 {"x-ratelimit-limit-", "1"},
                                                 {"x-ratelimit-limit-images", "1"}}),
              IsEmpty());
  EXPECT_THAT(limits_said(LimitHeaders::none, {{"x-ratelimit-limit-tokens", "10"}}), IsEmpty());
}

}  // namespace
}  // namespace docwright::providers::wire
