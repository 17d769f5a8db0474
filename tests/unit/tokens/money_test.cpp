#include "tokens/money.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace docwright {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// USD per million tokens, in thousandths of a cent.
constexpr Nusd usd(double amount) {
  return static_cast<Nusd>(amount * 1e5 + 0.5) * 10'000;
}

Prices gpt_5_4() {
  return {.input = usd(2.5),
          .input_cached = usd(0.25),
          .input_cache_write = 0,
          .output = usd(15),
          .long_context_over_tokens = 272'000,
          .long_context_input_percent = 200,
          .long_context_output_percent = 150};
}

TEST(ParseMoney, TakesExactAmountsWithTheirUnit) {
  EXPECT_EQ(parse_money("2USD").value(), 2'000'000'000);
  EXPECT_EQ(parse_money("0.50USD").value(), 500'000'000);
  EXPECT_EQ(parse_money("0.50 USD").value(), 500'000'000);
  EXPECT_EQ(parse_money("$2").value(), 2'000'000'000);
  EXPECT_EQ(parse_money("0.000000001USD").value(), 1);
  EXPECT_EQ(parse_money("9223372036.854775807USD").value(), kMost);
}

TEST(ParseMoney, RefusesTheRest) {
  for (const char* text :
       {"", "2", "USD", "$", "-1USD", "+1USD", "1.USD", ".5USD", "1e3USD", "1,5USD", "2EUR",
        "$2USD", "0.0000000001USD", "9223372036.854775808USD",
        "99999999999999999999999999999999999999999999USD", "2usd", " 2USD", "2  USD"}) {
    EXPECT_FALSE(parse_money(text)) << text;
  }
}

TEST(MoneyText, HasTwoDecimalsOrAsManyAsItNeeds) {
  EXPECT_EQ(money_text(0), "0.00 USD");
  EXPECT_EQ(money_text(500'000'000), "0.50 USD");
  EXPECT_EQ(money_text(1), "0.000000001 USD");
  EXPECT_EQ(money_text(1'234'500'000), "1.2345 USD");
  EXPECT_EQ(money_text(-500'000'000), "-0.50 USD");
  EXPECT_EQ(money_text(std::numeric_limits<Nusd>::min()), "-9223372036.854775808 USD");
  for (const Nusd amount : {Nusd{0}, Nusd{1}, Nusd{1'234'567'891}, kMost}) {
    EXPECT_EQ(parse_money(money_text(amount)).value(), amount);
  }
}

// Costs that others have got wrong: (262,960 prompt, 257,955 cached, 1,744 out) on gemini-2.5-pro,
// whose whole request costs the higher price above 200,000 tokens; and (3 in, 12,304 cache write,
// 550 out) on a model that charges 1.25 times for writing.
TEST(Cost, GoldenLongContextWithCache) {
  const Prices gemini = {.input = usd(1.25),
                         .input_cached = usd(0.125),
                         .output = usd(10),
                         .long_context_over_tokens = 200'000,
                         .long_context_input_percent = 200,
                         .long_context_output_percent = 150};
  const Usage usage = {.input = 262'960, .input_cached = 257'955, .output = 1'744};
  // 5,005 * 2.50 + 257,955 * 0.25 + 1,744 * 15 = 12,512.5 + 64,488.75 + 26,160 micro-dollars
  EXPECT_EQ(cost(gemini, usage), 103'161'250);
}

// The report's own figure of 0.1849 comes of a cached price of 0.625 above the threshold, as the
// provider charged in that month.
TEST(Cost, GoldenLongContextWithTheCachedPriceOfItsTime) {
  const Prices gemini = {.input = usd(1.25),
                         .input_cached = usd(0.31),
                         .output = usd(10),
                         .long_context_over_tokens = 200'000,
                         .long_context_input_percent = 200,
                         .long_context_output_percent = 150};
  const Usage usage = {.input = 262'960, .input_cached = 257'955, .output = 1'744};
  EXPECT_EQ(cost(gemini, usage), 198'604'600);
}

TEST(Cost, GoldenCacheWrite) {
  const Prices claude = {
      .input = usd(3), .input_cached = usd(0.3), .input_cache_write = usd(3.75), .output = usd(15)};
  const Usage usage = {.input = 12'307, .input_cache_write = 12'304, .output = 550};
  EXPECT_EQ(cost(claude, usage), 54'399'000);  // 0.0544 USD
}

// Part of what is written to the cache is kept for an hour, at twice the price of the prompt.
TEST(Cost, GoldenCacheWriteForAnHour) {
  const Prices claude = {.input = usd(3),
                         .input_cached = usd(0.3),
                         .input_cache_write = usd(3.75),
                         .input_cache_write_1h = usd(6),
                         .output = usd(15)};
  const Usage usage = {.input = 2'048 + 1'800 + 456,
                       .input_cached = 1'800,
                       .input_cache_write = 456,
                       .output = 503,
                       .input_cache_write_1h = 100};
  // 2,048 * 3 + 1,800 * 0.3 + 356 * 3.75 + 100 * 6 + 503 * 15 micro-dollars
  EXPECT_EQ(cost(claude, usage), 16'164'000);
  EXPECT_EQ(cost_bound(claude, usage.input, usage.output), 4'304 * 6'000 + 503 * 15'000);
}

TEST(Cost, WritingForAnHourIsWritingWhereItHasNoPriceOfItsOwn) {
  const Prices prices = {.input = usd(1), .input_cache_write = usd(1.25)};
  EXPECT_EQ(cost(prices, {.input = 1000, .input_cache_write = 1000, .input_cache_write_1h = 500}),
            cost(prices, {.input = 1000, .input_cache_write = 1000}));
}

TEST(Cost, IsRoundedUpOnceAtTheEnd) {
  const Prices prices = {.input = 1, .output = 1};
  EXPECT_EQ(cost(prices, {.input = 1}), 1);
  EXPECT_EQ(cost(prices, {.input = 500'000, .output = 500'000}), 1);
  EXPECT_EQ(cost(prices, {.input = 500'000, .output = 500'001}), 2);
  EXPECT_EQ(cost(prices, {}), 0);
  EXPECT_EQ(cost({}, {.input = kMost, .output = kMost}), 0);
}

TEST(Cost, TheTierStartsAboveItsThreshold) {
  EXPECT_EQ(cost(gpt_5_4(), {.input = 272'000, .output = 1'000}), 695'000'000);
  EXPECT_EQ(cost(gpt_5_4(), {.input = 272'001, .output = 1'000}), 1'382'505'000);
}

TEST(Cost, WritingToTheCacheIsInputWhereItHasNoPriceOfItsOwn) {
  EXPECT_EQ(cost(gpt_5_4(), {.input = 1000, .input_cache_write = 1000}),
            cost(gpt_5_4(), {.input = 1000}));
}

TEST(Cost, DoesNotTrustTheUsage) {
  const Prices prices = {.input = 2'000'000,
                         .input_cached = 1'000'000,
                         .input_cache_write_1h = 9'000'000,
                         .output = 4'000'000};
  EXPECT_EQ(cost(prices, {.input = -5, .output = -7}), 0);
  EXPECT_EQ(cost(prices, {.input = 10, .input_cached = 50}), 10);  // no more cached than there is
  EXPECT_EQ(cost(prices, {.input = 10, .input_cached = 10, .input_cache_write = 10}), 10);
  // No more written for an hour than there is written.
  EXPECT_EQ(cost(prices, {.input = 10, .input_cache_write_1h = 10}), 20);
}

TEST(Cost, SaturatesInsteadOfOverflowing) {
  const Prices dear = {.input = usd(180), .output = usd(180)};
  EXPECT_EQ(cost(dear, {.input = kMost, .output = kMost}), kMost);
  EXPECT_EQ(cost_bound(dear, kMost, kMost), kMost);
}

// The bound that a budget reserves holds for every usage within it, whatever the prices.
TEST(CostBound, IsNeverBelowACost) {
  std::mt19937_64 random(20'300'102);
  const auto up_to = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random);
  };
  for (int i = 0; i < 200'000; ++i) {
    Prices prices = {.input = up_to(usd(30)), .output = up_to(usd(180))};
    prices.input_cached = up_to(prices.input);
    prices.input_cache_write = up_to(1) == 0 ? 0 : up_to(usd(40));
    prices.input_cache_write_1h = up_to(1) == 0 ? 0 : up_to(usd(60));
    if (up_to(1) == 1) {
      prices.long_context_over_tokens = up_to(1000);
      prices.long_context_input_percent = static_cast<int>(up_to(300));
      prices.long_context_output_percent = static_cast<int>(up_to(300));
    }
    const std::int64_t input_max = up_to(2000);
    const std::int64_t output_max = up_to(2000);
    const Usage usage = {.input = up_to(input_max),
                         .input_cached = up_to(2000),
                         .input_cache_write = up_to(2000),
                         .output = up_to(output_max),
                         .input_cache_write_1h = up_to(2000)};
    ASSERT_LE(cost(prices, usage), cost_bound(prices, input_max, output_max)) << "round " << i;
  }
}

TEST(CostBound, OfTheReportsModelIsTheHighestPriceOfEachToken) {
  EXPECT_EQ(cost_bound(gpt_5_4(), 1'000'000, 100'000),
            7'250'000'000);  // 5 USD of input, 2.25 USD of output
  EXPECT_EQ(cost_bound(gpt_5_4(), 272'000, 0), 680'000'000);
}

}  // namespace
}  // namespace docwright
