#include "runtime/loop.h"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <string>
#include <thread>
#include <vector>

#include "runtime/task_group.h"

namespace docwright {
namespace {

using namespace std::chrono_literals;

TaskGroup::OnFailure no_failures() {
  return
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name << " threw"; };
}

class LoopTest : public testing::Test {
 protected:
  ManualClock clock_;
  Loop loop_{clock_};
  TaskGroup tasks_{loop_, no_failures()};
  std::vector<std::string> seen_;
};

Task<void> note_after(Loop& loop, Duration time, std::string what, std::vector<std::string>& seen) {
  co_await loop.sleep(time);
  seen.push_back(std::move(what));
}

TEST_F(LoopTest, SleepersWakeInOrderOfTimeThenOfArrival) {
  tasks_.spawn("c", note_after(loop_, 3s, "c", seen_));
  tasks_.spawn("a", note_after(loop_, 1s, "a", seen_));
  tasks_.spawn("a2", note_after(loop_, 1s, "a2", seen_));
  tasks_.spawn("b", note_after(loop_, 2s, "b", seen_));
  const Moment start = clock_.moment();
  loop_.run_until_idle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"a", "a2", "b", "c"}));
  EXPECT_EQ(clock_.moment() - start, 3s);
}

TEST_F(LoopTest, ASleepIntoThePastLetsOthersRun) {
  tasks_.spawn("first", note_after(loop_, 0s, "first", seen_));
  loop_.post([this] { seen_.push_back("second"); });
  loop_.run_until_idle();
  EXPECT_EQ(seen_.size(), 2U);
  EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(LoopTest, ACancelledSleepEndsAtOnceAndLeavesNoSleeper) {
  TaskGroup::Handle handle = tasks_.spawn("long", note_after(loop_, 1h, "long", seen_));
  loop_.post([&] { handle.cancel(); });
  const Moment start = clock_.moment();
  loop_.run_until_idle();
  EXPECT_TRUE(seen_.empty());
  EXPECT_FALSE(handle.running());
  EXPECT_EQ(clock_.moment(), start);
}

Task<void> sleep_quietly(Loop& loop, std::vector<std::string>& seen) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_await loop.sleep(1h);
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  seen.push_back(state.cancelled() == boost::asio::cancellation_type::none ? "slept" : "cancelled");
}

TEST_F(LoopTest, WhoAskedNotToBeThrownAtSleepsShorter) {
  TaskGroup::Handle handle = tasks_.spawn("quiet", sleep_quietly(loop_, seen_));
  loop_.post([&] { handle.cancel(); });
  const Moment start = clock_.moment();
  loop_.run_until_idle();
  EXPECT_EQ(seen_, std::vector<std::string>{"cancelled"});
  EXPECT_EQ(clock_.moment(), start);
}

Task<void> cancel_then_note(Loop& loop, TaskGroup::Handle& other, std::vector<std::string>& seen) {
  co_await loop.sleep(1s);
  other.cancel();
  seen.push_back("cancelled it");
}

TEST_F(LoopTest, TwoSleepersOfOneMomentMayCancelEachOther) {
  TaskGroup::Handle victim;
  tasks_.spawn("killer", cancel_then_note(loop_, victim, seen_));
  victim = tasks_.spawn("victim", note_after(loop_, 1s, "survived", seen_));
  loop_.run_until_idle();
  EXPECT_EQ(seen_, std::vector<std::string>{"cancelled it"});
}

Task<void> sleep_and_stop(Loop& loop, Duration time) {
  co_await loop.sleep(time);
  loop.stop();
}

TEST(LoopWithTheSystemClock, SleepsAtLeastAsLongAsAsked) {
  SystemClock clock;
  Loop loop(clock);
  TaskGroup tasks(loop, no_failures());
  std::vector<std::string> seen;
  const Moment start = clock.moment();
  tasks.spawn("b", note_after(loop, 4ms, "b", seen));
  tasks.spawn("a", note_after(loop, 2ms, "a", seen));
  tasks.spawn("end", sleep_and_stop(loop, 5ms));
  loop.run();
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b"}));
  EXPECT_GE(clock.moment() - start, 5ms);
}

TEST(LoopWithTheSystemClock, RunsPostsOfOtherThreadsAndCanRunAgain) {
  SystemClock clock;
  Loop loop(clock);
  int runs = 0;
  for (int i = 1; i <= 2; ++i) {
    std::thread other([&] {
      loop.post([&] { ++runs; });
      loop.post([&] { loop.stop(); });
    });
    loop.run();
    other.join();
    EXPECT_EQ(runs, i);
  }
}

TEST(LoopWithTheSystemClock, AStopBeforeTheRunEndsIt) {
  SystemClock clock;
  Loop loop(clock);
  loop.stop();
  loop.run();
}

Task<void> stop_after_turns(Loop& loop, std::uint64_t turns) {
  while (loop.turns() < turns) co_await loop.sleep(1ms);
  loop.stop();
}

TEST(LoopWithTheSystemClock, TurnsMoveWhileItIsIdle) {
  SystemClock clock;
  Loop loop(clock, 1ms);
  TaskGroup tasks(loop, no_failures());
  tasks.spawn("end", stop_after_turns(loop, 3));
  loop.run();
  EXPECT_GE(loop.turns(), 3U);
}

TEST(LoopWithTheSystemClock, RunUntilIdleIsRefused) {
  SystemClock clock;
  Loop loop(clock);
  EXPECT_THROW(loop.run_until_idle(), std::logic_error);
}

TEST(LoopEnd, DestroysTheFramesOfWhoStillSleeps) {
  auto alive = std::make_shared<int>();
  std::weak_ptr<int> watched = alive;
  {
    ManualClock clock;
    auto loop = std::make_unique<Loop>(clock);
    loop->run_until_idle();
    boost::asio::co_spawn(
        loop->executor(),
        [](Loop& on, std::shared_ptr<int> held) -> Task<void> {
          co_await on.sleep(1h);
          held.reset();
        }(*loop, std::move(alive)),
        [](const std::exception_ptr&) {});
    loop->context().poll();
    loop.reset();
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace docwright
