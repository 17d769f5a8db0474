#include "pipeline/call/demand.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using providers::LimitRules;
using providers::TokensCharged;

constexpr Demands::Bounds kBounds{3000, 4000};

TEST(Demands, BeginWithTheAnswerLimitAndAThirdOfTheBytes) {
  const Demands demands;
  EXPECT_EQ(demands.expected("m", "s", kBounds, {}), (Demand{1000, 4000, 5000}));
}

TEST(Demands, LearnPerModelAndStep) {
  Demands demands;
  for (int i = 0; i < 100; ++i) demands.learn("m", "s", kBounds, {.input = 600, .output = 200}, {});
  const Demand demand = demands.expected("m", "s", kBounds, {});
  EXPECT_NEAR(static_cast<double>(demand.input), 600, 10);
  EXPECT_NEAR(static_cast<double>(demand.output), 200, 10);
  EXPECT_EQ(demand.tokens, demand.input + demand.output);
  EXPECT_EQ(demands.expected("m", "other", kBounds, {}).output, 4000);
  EXPECT_EQ(demands.expected("other", "s", kBounds, {}).output, 4000);
  // The share of the bound, not the number.
  EXPECT_NEAR(static_cast<double>(demands.expected("m", "s", {6000, 4000}, {}).input), 1200, 20);
}

TEST(Demands, ExpectMoreThanTheMeanWhereAnswersVary) {
  Demands demands;
  for (int i = 0; i < 100; ++i)
    demands.learn("m", "s", kBounds, {.input = 600, .output = i % 2 == 0 ? 100 : 900}, {});
  const Demand demand = demands.expected("m", "s", kBounds, {});
  EXPECT_GT(demand.output, 900);
  EXPECT_LE(demand.output, 4000);
  EXPECT_LE(demands.expected("m", "s", {3000, 700}, {}).output, 700);  // never above the limit
}

TEST(Demands, KnowWhatIsChargedAsRequested) {
  Demands demands;
  demands.learn("m", "s", kBounds, {.input = 1000, .output = 10}, {});
  const LimitRules requested{.charged = TokensCharged::requested};
  const LimitRules larger{.charged = TokensCharged::larger};
  EXPECT_EQ(demands.expected("m", "s", kBounds, requested).output, 4000);
  EXPECT_GE(demands.expected("m", "s", kBounds, requested).tokens, 5000);
  EXPECT_EQ(demands.expected("m", "s", kBounds, larger).tokens, 4000);
}

TEST(Taken, IsWhatWasUsedOrWhatWasRequested) {
  const Demand expected{1000, 4000, 5000};
  const Usage usage{.input = 900, .input_cached = 600, .output = 50};
  EXPECT_EQ(taken(expected, usage, {}), (Demand{900, 50, 950}));
  EXPECT_EQ(taken(expected, usage, {.cached_input_counts = false}), (Demand{300, 50, 350}));
  EXPECT_EQ(taken(expected, usage, {.charged = TokensCharged::requested}), expected);
}

// 1,000 tokens of three bytes, and answer limits of 4,000.
TEST(Demand, OfCallsBeforeTheStartIsReckonedFromTheJournal) {
  const PastCalls calls{.requests = 2,
                        .usage = {.input = 1000, .input_cached = 400, .output = 300},
                        .bound = 7000,
                        .unsaid = 900};
  EXPECT_EQ(taken(calls, {.charged = TokensCharged::used}), (Demand{1300, 300, 1600}));
  EXPECT_EQ(taken(calls, {.charged = TokensCharged::used, .cached_input_counts = false}),
            (Demand{900, 300, 1200}));
  EXPECT_EQ(taken(calls, {.charged = TokensCharged::requested}), (Demand{1300, 4000, 5300}));
  EXPECT_EQ(taken(calls, {.charged = TokensCharged::larger}), (Demand{1300, 4000, 4000}));
}

}  // namespace
}  // namespace docwright::pipeline
