#include "tokens/day_counter.h"

#include <gtest/gtest.h>

namespace docwright {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr Time at(year_month_day date, Duration time = {}) {
  return Time(sys_days(date)) + time;
}

TEST(NextDay, IsMidnightUtc) {
  EXPECT_EQ(next_day(at(2026y / 8 / 21, 13h), DayStart::utc), at(2026y / 8 / 22));
  EXPECT_EQ(next_day(at(2026y / 8 / 21), DayStart::utc), at(2026y / 8 / 22));
  EXPECT_EQ(next_day(at(2026y / 12 / 31, 23h), DayStart::utc), at(2027y / 1 / 1));
}

TEST(NextDay, IsMidnightInCaliforniaInWinterAndInSummer) {
  EXPECT_EQ(next_day(at(2026y / 1 / 10, 7h), DayStart::pacific), at(2026y / 1 / 10, 8h));
  EXPECT_EQ(next_day(at(2026y / 1 / 10, 8h), DayStart::pacific), at(2026y / 1 / 11, 8h));
  EXPECT_EQ(next_day(at(2026y / 8 / 21, 6h), DayStart::pacific), at(2026y / 8 / 21, 7h));
  EXPECT_EQ(next_day(at(2026y / 8 / 21, 7h), DayStart::pacific), at(2026y / 8 / 22, 7h));
}

// 8 March and 1 November 2026.
TEST(NextDay, KnowsTheDaysOnWhichClocksAreChanged) {
  EXPECT_EQ(next_day(at(2026y / 3 / 8, 8h), DayStart::pacific), at(2026y / 3 / 9, 7h));
  EXPECT_EQ(next_day(at(2026y / 3 / 8, 7h), DayStart::pacific), at(2026y / 3 / 8, 8h));
  EXPECT_EQ(next_day(at(2026y / 11 / 1, 7h), DayStart::pacific), at(2026y / 11 / 2, 8h));
  EXPECT_EQ(next_day(at(2026y / 11 / 1, 6h), DayStart::pacific), at(2026y / 11 / 1, 7h));
}

TEST(DayCounter, CountsUntilTheDayEnds) {
  DayCounter counter(100, DayStart::utc);
  const Time noon = at(2026y / 8 / 21, 12h);
  counter.take(70, noon);
  EXPECT_EQ(counter.left(noon), 30);
  EXPECT_EQ(counter.ready(30, noon), noon);
  EXPECT_EQ(counter.ready(31, noon), at(2026y / 8 / 22));
  counter.give_back(20, noon);
  EXPECT_EQ(counter.ready(50, noon), noon);
  EXPECT_EQ(counter.left(at(2026y / 8 / 22)), 100);
}

TEST(DayCounter, WhatComesBackAfterMidnightIsNotTheNewDays) {
  DayCounter counter(100, DayStart::utc);
  counter.take(90, at(2026y / 8 / 21, 23h));
  counter.give_back(50, at(2026y / 8 / 22, 1h));
  EXPECT_EQ(counter.left(at(2026y / 8 / 22, 1h)), 100);
}

// Else all that is left of a wrong year would be waited for.
TEST(DayCounter, BeginsAgainWhenAClockThatWasWrongIsSetBack) {
  DayCounter counter(1, DayStart::utc);
  const Time noon = at(2026y / 8 / 21, 12h);
  counter.take(1, noon + days(400));
  EXPECT_EQ(counter.ready(1, noon), noon);
  counter.take(1, noon);
  EXPECT_EQ(counter.ready(1, noon), at(2026y / 8 / 22));
  EXPECT_EQ(counter.ready(1, noon + 12h), noon + 12h);
}

TEST(DayCounter, ACorrectedClockIsTheSameDay) {
  DayCounter counter(2, DayStart::utc);
  const Time midnight = at(2026y / 8 / 21);
  counter.take(2, midnight + 1s);
  EXPECT_EQ(counter.left(midnight - 1s), 0);
  EXPECT_EQ(counter.left(midnight + 2s), 0);
}

TEST(DayCounter, IsCorrectedDownwardOnly) {
  DayCounter counter(100, DayStart::utc);
  const Time noon = at(2026y / 8 / 21, 12h);
  counter.lower_to(40, noon);
  EXPECT_EQ(counter.left(noon), 40);
  counter.lower_to(60, noon);
  EXPECT_EQ(counter.left(noon), 40);
}

TEST(DayCounter, LetsWhatNoDayHoldsGoOnAFreshDay) {
  DayCounter counter(100, DayStart::utc);
  const Time noon = at(2026y / 8 / 21, 12h);
  EXPECT_EQ(counter.ready(500, noon), noon);
  counter.take(500, noon);
  EXPECT_EQ(counter.ready(1, noon), at(2026y / 8 / 22));
}

}  // namespace
}  // namespace docwright
