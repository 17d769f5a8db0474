#include "tokens/rate_bucket.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace docwright {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{1h};

// 600 a minute: one each 100 ms.
RateBucket ten_a_second(std::int64_t capacity) {
  return RateBucket({.amount = 600, .period = 1min, .capacity = capacity}, kStart);
}

TEST(RateBucket, BeginsFullAndFillsContinuously) {
  RateBucket bucket = ten_a_second(100);
  EXPECT_EQ(bucket.balance(kStart), 100);
  bucket.take(60, kStart);
  EXPECT_EQ(bucket.balance(kStart), 40);
  EXPECT_EQ(bucket.balance(kStart + 99ms), 40);
  EXPECT_EQ(bucket.balance(kStart + 100ms), 41);
  EXPECT_EQ(bucket.balance(kStart + 1h), 100);
}

TEST(RateBucket, KeepsFractionsHoweverOftenItIsAsked) {
  RateBucket bucket({.amount = 7, .period = 1min, .capacity = 7}, kStart);
  bucket.take(7, kStart);
  // 11 ms is about a thousandth of a unit.
  Moment now = kStart;
  for (; now < kStart + 1min; now += 11ms) bucket.take(0, now);
  EXPECT_EQ(bucket.balance(kStart + 1min), 7);
}

TEST(RateBucket, SaysExactlyWhenAnAmountIsThere) {
  RateBucket bucket({.amount = 7, .period = 1min, .capacity = 5}, kStart);
  bucket.take(5, kStart);
  EXPECT_EQ(bucket.ready(0, kStart), kStart);
  const Moment ready = bucket.ready(3, kStart);
  EXPECT_EQ(bucket.balance(ready), 3);
  EXPECT_EQ(bucket.balance(ready - 1us), 2);
}

TEST(RateBucket, LetsWhatItCannotHoldGoWhenItIsFull) {
  RateBucket bucket = ten_a_second(100);
  EXPECT_EQ(bucket.ready(1000, kStart), kStart);
  bucket.take(1000, kStart);
  EXPECT_EQ(bucket.balance(kStart), -900);
  EXPECT_EQ(bucket.ready(1, kStart), kStart + 90'100ms);
  EXPECT_EQ(bucket.ready(1000, kStart), kStart + 100s);
}

TEST(RateBucket, TakesBackAsMuchAsItHolds) {
  RateBucket bucket = ten_a_second(100);
  bucket.take(150, kStart);
  bucket.give_back(120, kStart);
  EXPECT_EQ(bucket.balance(kStart), 70);
  bucket.give_back(120, kStart);
  EXPECT_EQ(bucket.balance(kStart), 100);
}

TEST(RateBucket, IsCorrectedDownwardOnly) {
  RateBucket bucket = ten_a_second(100);
  bucket.lower_to(30, kStart);
  EXPECT_EQ(bucket.balance(kStart), 30);
  bucket.lower_to(60, kStart);
  EXPECT_EQ(bucket.balance(kStart), 30);
}

TEST(RateBucket, ChangesItsRateAndKeepsItsBalance) {
  RateBucket bucket = ten_a_second(100);
  bucket.take(130, kStart);
  bucket.change({.amount = 60, .period = 1min, .capacity = 10}, kStart + 1s);
  EXPECT_EQ(bucket.balance(kStart + 1s), -20);
  EXPECT_EQ(bucket.ready(1, kStart + 1s), kStart + 22s);
}

TEST(RateBucket, StandsLimitsOfAnySize) {
  RateBucket bucket({.amount = 1'000'000'000'000, .period = 24h, .capacity = 1'000'000'000'000},
                    kStart);
  bucket.take(1'000'000'000'000, kStart);
  EXPECT_EQ(bucket.ready(1'000'000'000'000, kStart), kStart + 24h);
  EXPECT_EQ(bucket.balance(kStart + 365 * 24h), 1'000'000'000'000);
  RateBucket slow({.amount = 1, .period = 24h, .capacity = 1}, kStart);
  slow.take(1'000'000'000'000'000, kStart);
  EXPECT_GT(slow.ready(1, kStart), kStart + 24h * 365 * 50);
}

// Whoever goes by ready() never gets more out of any span than what was in the bucket, what came in
// and one request's debt; and the bucket withholds nothing.
TEST(RateBucket, HoldsItsRateInEverySpan) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](std::int64_t from, std::int64_t to) {
      return std::uniform_int_distribution<std::int64_t>(from, to)(random);
    };
    const RateBucket::Rate rate{pick(1, 100'000), Duration(pick(1'000, 100'000'000)),
                                pick(1, 100'000)};
    const std::int64_t most = pick(1, 2 * rate.capacity);
    RateBucket bucket(rate, kStart);
    std::vector<std::pair<Moment, std::int64_t>> taken;
    Moment now = kStart;
    std::int64_t sum = 0;
    for (int i = 0; i < 200; ++i) {
      const std::int64_t amount = pick(1, most);
      const Moment ready = bucket.ready(amount, now);
      if (ready > now) {
        EXPECT_LT(bucket.balance(ready - 1us), std::min(amount, rate.capacity));
      }
      now = ready;
      bucket.take(amount, now);
      taken.emplace_back(now, amount);
      sum += amount;
    }
    for (std::size_t from = 0; from < taken.size(); from += 7) {
      std::int64_t span = 0;
      for (std::size_t to = from; to < taken.size(); ++to) {
        span += taken[to].second;
        const auto time = static_cast<double>((taken[to].first - taken[from].first).count());
        const double came =
            time * static_cast<double>(rate.amount) / static_cast<double>(rate.period.count());
        EXPECT_LE(static_cast<double>(span), static_cast<double>(rate.capacity + most) + came + 1);
      }
    }
    const auto time = static_cast<double>((now - kStart).count());
    EXPECT_GE(static_cast<double>(sum + most),
              time * static_cast<double>(rate.amount) / static_cast<double>(rate.period.count()));
  }
}

}  // namespace
}  // namespace docwright
