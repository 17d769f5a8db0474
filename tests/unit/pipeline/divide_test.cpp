// A chunk that a provider finds too long, in two.
#include "pipeline/chunk/divide.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

outline::Definition definition(const std::string& symbol, std::uint32_t begin, std::uint32_t end) {
  outline::Definition made;
  made.symbol = symbol;
  made.signature = "def " + symbol;
  made.extent = made.body = {begin, end};
  return made;
}

Chunk chunk(std::uint32_t begin, std::uint32_t end, std::vector<outline::Definition> targets) {
  Chunk made;
  made.number = 3;
  made.range = {begin, end};
  made.targets = std::move(targets);
  made.scope = "module\n";
  return made;
}

TEST(Divide, Promise7TheHalvesAreTheChunkInSum) {
  const Chunk whole =
      chunk(10, 100, {definition("a", 10, 40), definition("b", 40, 60), definition("c", 60, 100)});
  const auto halves = divided(whole);
  ASSERT_TRUE(halves);
  const auto& [first, second] = *halves;
  EXPECT_EQ(first.number, 3);
  EXPECT_EQ(first.range, (outline::Range{10, 60}));
  EXPECT_EQ(second.range, (outline::Range{60, 100}));
  EXPECT_EQ(first.targets.size(), 2U);
  EXPECT_EQ(second.targets.size(), 1U);
  EXPECT_EQ(first.scope, "module\n");
  EXPECT_EQ(second.scope, "module\n");
}

TEST(Divide, WhatIsCutGivesItsSignatureToTheSecondHalf) {
  const auto halves = divided(chunk(
      0, 100, {definition("C", 0, 100), definition("C.a", 10, 50), definition("C.b", 50, 100)}));
  ASSERT_TRUE(halves);
  EXPECT_EQ(halves->second.scope, "module\n  def C\n");
  EXPECT_EQ(halves->second.targets.front().symbol, "C.b");
}

TEST(Divide, OneTargetIsNotDivided) {
  EXPECT_FALSE(divided(chunk(0, 100, {definition("a", 0, 100)})));
  EXPECT_FALSE(divided(chunk(0, 100, {definition("a", 0, 100), definition("b", 0, 100)})));
  EXPECT_FALSE(divided(chunk(0, 100, {definition("a", 20, 100)})));
}

}  // namespace
}  // namespace docwright::pipeline
