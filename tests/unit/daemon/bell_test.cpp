// Waiting for news or for a moment, whichever comes first.
#include "daemon/bell.h"

#include <gtest/gtest.h>

#include <vector>

namespace docwright::daemon {
namespace {

Task<void> wait(Bell& bell, std::uint64_t seen, Moment until, Clock& clock,
                std::vector<Moment>& woken) {
  co_await bell.wait(seen, until);
  woken.push_back(clock.moment());
}

Task<void> ring_at(Loop& loop, Bell& bell, Moment when) {
  co_await loop.sleep_until(when);
  bell.ring();
}

class BellTest : public ::testing::Test {
 protected:
  void run() {
    loop_.run_until_idle();
    TaskGroup closer(loop_, {});
    closer.spawn("close", close());
    loop_.run_until_idle();
  }
  Task<void> close() {
    co_await tasks_.close();
    co_await bell_.close();
  }
  Moment at(int seconds) const { return Moment{} + std::chrono::seconds(seconds); }

  ManualClock clock_;
  Loop loop_{clock_};
  Bell bell_{loop_};
  TaskGroup tasks_{loop_, {}};
  std::vector<Moment> woken_;
};

TEST_F(BellTest, ARingWakesEverybodyOnce) {
  tasks_.spawn("a", wait(bell_, 0, at(100), clock_, woken_));
  tasks_.spawn("b", wait(bell_, 0, Moment::max(), clock_, woken_));
  tasks_.spawn("ring", ring_at(loop_, bell_, at(5)));
  run();
  EXPECT_EQ(woken_, (std::vector<Moment>{at(5), at(5)}));
}

TEST_F(BellTest, TheMomentWakesWhereNobodyRings) {
  tasks_.spawn("a", wait(bell_, 0, at(7), clock_, woken_));
  run();
  EXPECT_EQ(woken_, (std::vector<Moment>{at(7)}));
}

TEST_F(BellTest, ARingBetweenLookingAndWaitingIsNotLost) {
  const std::uint64_t seen = bell_.rings();
  bell_.ring();
  tasks_.spawn("a", wait(bell_, seen, Moment::max(), clock_, woken_));
  run();
  EXPECT_EQ(woken_.size(), 1u);
}

TEST_F(BellTest, ACancelledWaitEnds) {
  auto task = tasks_.spawn("a", wait(bell_, 0, at(50), clock_, woken_));
  loop_.post([&] { task.cancel(); });
  run();
  EXPECT_TRUE(woken_.empty());
  EXPECT_FALSE(task.running());
}

}  // namespace
}  // namespace docwright::daemon
