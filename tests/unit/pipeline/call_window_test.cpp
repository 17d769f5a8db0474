#include "pipeline/call/call_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace docwright::pipeline {
namespace {

// As many calls as the window has end well, and for each of them another one begins.
void good_round(CallWindow& window) {
  std::deque<CallWindow::Stamp> stamps;
  const auto fill = [&] {
    while (window.has_room()) stamps.push_back(window.begin());
  };
  fill();
  for (int left = window.size(); left > 0; --left) {
    window.good(stamps.front());
    stamps.pop_front();
    window.end();
    fill();
  }
  for (; !stamps.empty(); stamps.pop_front()) window.end();
}

TEST(CallWindow, DoublesUntilTheFirstSignThenGrowsByOneEachCleanRound) {
  CallWindow window(1, 1000);
  EXPECT_EQ(window.size(), 1);
  good_round(window);
  EXPECT_EQ(window.size(), 2);
  for (int i = 0; i < 3; ++i) good_round(window);
  EXPECT_EQ(window.size(), 16);
  EXPECT_TRUE(window.too_much(window.begin()));
  window.end();
  EXPECT_EQ(window.size(), 8);
  good_round(window);
  EXPECT_EQ(window.size(), 9);
  good_round(window);
  EXPECT_EQ(window.size(), 10);
}

TEST(CallWindow, BeginsWithTenWhereLimitsHoldBackWhatIsTooMuch) {
  CallWindow window(1, 1000);
  window.limits_known();
  EXPECT_EQ(window.size(), 10);
  good_round(window);
  EXPECT_EQ(window.size(), 20);
  EXPECT_TRUE(window.too_much(window.begin()));
  window.end();
  EXPECT_TRUE(window.too_much(window.begin()));
  window.end();
  window.limits_known();  // what was learned since counts
  EXPECT_EQ(window.size(), 5);
}

TEST(CallWindow, SlowCallsDoNotMakeItGrowAndEndTheSlowStart) {
  CallWindow window(1, 1000);
  for (int i = 0; i < 2; ++i) good_round(window);
  window.slow();
  EXPECT_EQ(window.size(), 2);
  window.slow();
  EXPECT_EQ(window.size(), 2);
  good_round(window);
  EXPECT_EQ(window.size(), 3);
  window.slow();  // the step that made them slow
  EXPECT_EQ(window.size(), 2);
  window.slow();
  EXPECT_EQ(window.size(), 2);
}

TEST(CallWindow, DecreasesOncePerRoundTrip) {
  CallWindow window(1, 100);
  window.limits_known();
  std::vector<CallWindow::Stamp> stamps;
  while (window.has_room()) stamps.push_back(window.begin());
  int decreases = 0;
  for (const auto stamp : stamps) decreases += window.too_much(stamp) ? 1 : 0;
  EXPECT_EQ(decreases, 1);
  EXPECT_EQ(window.size(), 5);
  EXPECT_FALSE(window.has_room());  // fewer take effect as calls end
  for (std::size_t i = 0; i < stamps.size(); ++i) window.end();
  EXPECT_TRUE(window.too_much(window.begin()));
  EXPECT_EQ(window.size(), 2);
}

TEST(CallWindow, DoesNotGrowWhereItIsNotUsed) {
  CallWindow window(1, 100);
  window.limits_known();
  for (int i = 0; i < 100; ++i) {
    const auto stamp = window.begin();
    window.good(stamp);
    window.end();
  }
  EXPECT_EQ(window.size(), 10);
}

TEST(CallWindow, StaysWithinItsBounds) {
  CallWindow window(4, 12);
  for (int i = 0; i < 20; ++i) good_round(window);
  EXPECT_EQ(window.size(), 12);
  for (int i = 0; i < 20; ++i) {
    window.too_much(window.begin());
    window.end();
  }
  EXPECT_EQ(window.size(), 4);
  CallWindow narrow(1, 2);
  narrow.limits_known();
  EXPECT_EQ(narrow.size(), 2);
  EXPECT_EQ(CallWindow(50, 100).size(), 50);
}

}  // namespace
}  // namespace docwright::pipeline
