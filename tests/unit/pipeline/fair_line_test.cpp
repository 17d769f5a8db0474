#include "pipeline/call/fair_line.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace docwright::pipeline {
namespace {

using ::testing::ElementsAre;

std::vector<int> drain(FairLine<int>& line) {
  std::vector<int> order;
  while (!line.empty()) {
    order.push_back(line.front());
    EXPECT_EQ(line.pop(), order.back());
  }
  return order;
}

TEST(FairLine, ServesATenantInTheOrderOfArrival) {
  FairLine<int> line;
  for (int i = 0; i < 4; ++i) line.join("a", i);
  EXPECT_THAT(drain(line), ElementsAre(0, 1, 2, 3));
}

TEST(FairLine, TenantsTakeTurnsHoweverManyEachHas) {
  FairLine<int> line;
  for (int i = 0; i < 4; ++i) line.join("a", i);
  line.join("b", 10);
  line.join("b", 11);
  line.join("c", 20);
  EXPECT_THAT(drain(line), ElementsAre(0, 10, 20, 1, 11, 2, 3));
}

TEST(FairLine, WhoComesAgainWaitsForTheOthers) {
  FairLine<int> line;
  line.join("a", 0);
  line.join("b", 10);
  EXPECT_EQ(line.pop(), 0);
  line.join("a", 1);
  EXPECT_THAT(drain(line), ElementsAre(10, 1));
}

TEST(FairLine, WhoLeavesLosesItsTurnOnly) {
  FairLine<int> line;
  line.join("a", 0);
  const auto place = line.join("a", 1);
  line.join("a", 2);
  EXPECT_EQ(line.take(place), 1);
  EXPECT_EQ(line.take(place), std::nullopt);
  EXPECT_EQ(line.size(), 2U);
  EXPECT_THAT(drain(line), ElementsAre(0, 2));
  EXPECT_EQ(line.take(place), std::nullopt);
}

}  // namespace
}  // namespace docwright::pipeline
