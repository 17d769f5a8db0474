// The call desk in front of a provider that means its limits: as much as they allow goes out, and
// next to nothing is refused.
#include <gtest/gtest.h>

#include "tests/support/limit_world.h"

namespace docwright::test {
namespace {

using namespace std::chrono_literals;
using providers::TokensCharged;

constexpr Duration kTime = 10min;

TEST(LimitUse, OfTokensThatAreChargedAsTheyAreUsed) {
  LimitWorld world({.limits = {.requests_per_minute = 600, .tokens_per_minute = 120'000},
                    .lengths = {.longer = 2, .longer_from = 5min},
                    .settings = {.requests_per_minute = 600,
                                 .tokens_per_minute = 120'000,
                                 .charges = config::LimitSettings::Charges::used}});
  world.employ("t", 200, kTime);
  world.run();
  EXPECT_GE(world.use(kTime), 0.98);
  EXPECT_LE(world.refused_share(), 0.001);
}

TEST(LimitUse, OfTokensThatAreChargedAsRequested) {
  LimitWorld world({.limits = {.requests_per_minute = 600,
                               .tokens_per_minute = 480'000,
                               .charged = TokensCharged::larger},
                    .settings = {.requests_per_minute = 600, .tokens_per_minute = 480'000}});
  world.employ("t", 200, kTime);
  world.run();
  EXPECT_GE(world.use(kTime), 0.98);
  EXPECT_LE(world.refused_share(), 0.001);
}

TEST(LimitUse, OfInputAndOutputTokensThatAreLimitedApart) {
  LimitWorld world(
      {.limits = {.input_tokens_per_minute = 200'000, .output_tokens_per_minute = 60'000},
       .settings = {.input_tokens_per_minute = 200'000,
                    .output_tokens_per_minute = 60'000,
                    .charges = config::LimitSettings::Charges::used}});
  world.employ("t", 200, kTime);
  world.run();
  EXPECT_GE(world.use(kTime), 0.98);
  EXPECT_LE(world.refused_share(), 0.001);
}

TEST(LimitUse, OfALimitThatIsLoweredOnTheWay) {
  LimitWorld world({.limits = {.tokens_per_minute = 240'000, .lowered = 0.25, .lowered_from = 5min},
                    .settings = {.tokens_per_minute = 240'000,
                                 .charges = config::LimitSettings::Charges::used}});
  world.employ("t", 200, kTime);
  world.run();
  EXPECT_GE(world.use(kTime), 0.97);
  EXPECT_LE(world.refused_share(), 0.005);
}

// A proxy that refuses and says nothing: what it lets in within a minute is learned from that.
TEST(LimitUse, OfASmallLimitThatNobodyTells) {
  for (const bool whole_minutes : {false, true}) {
    LimitWorld world({.limits = {.requests_per_minute = 5,
                                 .whole_minutes = whole_minutes,
                                 .says_so = false,
                                 .says_when = false}});
    world.employ("t", 50, 30min);
    world.run();
    EXPECT_GE(world.use(30min), 0.95) << whole_minutes;
    EXPECT_LE(world.refused_share(), 0.15) << whole_minutes;
  }
}

// Nothing is learned of a minute there: they are as many as the window lets out.
TEST(LimitUse, OfFewCallsAtOnceThatNobodyTells) {
  LimitWorld world({.limits = {.at_once = 5, .says_so = false, .says_when = false}});
  world.employ("t", 50, 30min);
  world.run();
  EXPECT_GE(world.use(30min), 0.6);
  EXPECT_LE(world.refused_share(), 0.1);
}

// A server that refuses nothing and lets calls wait: all its slots work, and the wait stays short.
TEST(LimitUse, OfSlotsBeforeWhichCallsWait) {
  for (const int slots : {1, 4, 16}) {
    LimitWorld world({.limits = {.slots = slots, .says_so = false}});
    world.employ("t", 200, 60min);
    world.run();
    EXPECT_GE(world.use(60min), 0.97) << slots;
    EXPECT_LE(world.counted().in_line, 6 * world.counted().busy) << slots;
  }
}

TEST(LimitUse, FiveTenantsGetEqualShares) {
  LimitWorld world(
      {.limits = {.requests_per_minute = 300}, .settings = {.requests_per_minute = 300}});
  for (const char* tenant : {"a", "b", "c", "d"}) world.employ(tenant, 20, kTime);
  world.employ("e", 200, kTime);  // more than all others together
  world.run();
  for (const auto& [tenant, calls] : world.counted().users)
    EXPECT_NEAR(calls, world.counted().accepted / 5.0, 20) << tenant;
  EXPECT_EQ(world.counted().users.size(), 5U);
}

}  // namespace
}  // namespace docwright::test
