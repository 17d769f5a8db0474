#include "client/progress.h"

#include <gtest/gtest.h>

namespace docwright::client {
namespace {

wire::Summary half_done() {
  wire::Summary summary;
  summary.jobs = 205;
  summary.states = {.queued = 100, .running = 5, .succeeded = 97, .failed = 3};
  summary.chunks = 412;
  summary.chunks_stored = 131;
  summary.calls = 135;
  summary.tokens_in = 30'000;
  summary.tokens_out = 8'240;
  summary.cost_nusd = 140'000'000;
  return summary;
}

TEST(ProgressLine, SaysHowFarItIs) {
  EXPECT_EQ(
      progress_line(half_done(), std::chrono::seconds(130), 200),
      "jobs 100/205 · chunks 131/412 · calls 135 · 38.2k tokens · 0.14 USD · 2:10 left · 3 failed");
}

TEST(ProgressLine, GivesUpTheLeastImportantFirst) {
  EXPECT_EQ(progress_line(half_done(), std::chrono::seconds(130), 50),
            "jobs 100/205 · 0.14 USD · 2:10 left · 3 failed");
  EXPECT_EQ(progress_line(half_done(), {}, 5), "jobs 100/205");
}

TEST(ProgressLine, SaysOnlyWhatThereIs) {
  wire::Summary empty;
  empty.jobs = 2;
  EXPECT_EQ(progress_line(empty, {}, 80), "jobs 0/2 · 0 tokens · 0.00 USD");
}

TEST(Numbers, StayShort) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(999), "999");
  EXPECT_EQ(short_number(1'000), "1.0k");
  EXPECT_EQ(short_number(999'949), "999.9k");
  EXPECT_EQ(short_number(1'000'000), "1.00M");
  EXPECT_EQ(short_number(2'500'000'000), "2.50G");
  EXPECT_EQ(clock_text(std::chrono::seconds(247)), "4:07");
  EXPECT_EQ(clock_text(std::chrono::seconds(3753)), "1:02:33");
}

TEST(Pace, NeedsTimeAndProgress) {
  Pace pace;
  wire::Summary summary;
  summary.jobs = 100;
  summary.states.queued = 100;
  EXPECT_EQ(pace.left(summary, Moment{}), std::nullopt);
  EXPECT_EQ(pace.left(summary, Moment{std::chrono::seconds(10)}), std::nullopt);  // nothing moved
  summary.states = {.queued = 90, .succeeded = 10};
  EXPECT_EQ(pace.left(summary, Moment{std::chrono::seconds(20)}), std::chrono::seconds(180));
}

TEST(Pace, ForgetsWhatIsLongAgo) {
  Pace pace;
  wire::Summary summary;
  summary.jobs = 1000;
  summary.states.queued = 1000;
  pace.left(summary, Moment{});
  for (int second = 100; second <= 130; second += 10) {
    summary.states.succeeded += 10;  // one a second of late; nothing in the first hundred
    summary.states.queued -= 10;
    pace.left(summary, Moment{std::chrono::seconds(second)});
  }
  summary.states.succeeded += 10;
  EXPECT_EQ(pace.left(summary, Moment{std::chrono::seconds(140)}), std::chrono::seconds(950));
}

}  // namespace
}  // namespace docwright::client
