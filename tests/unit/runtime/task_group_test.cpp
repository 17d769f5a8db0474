#include "runtime/task_group.h"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace docwright {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public testing::Test {
 protected:
  TaskGroup::OnFailure record_failures() {
    return [this](const std::string& name, const std::exception_ptr&) { failed_.push_back(name); };
  }

  ManualClock clock_;
  Loop loop_{clock_};
  std::vector<std::string> failed_;
  std::vector<std::string> seen_;
  TaskGroup group_{loop_, record_failures()};
};

Task<void> sleeper(Loop& loop, Duration time, std::vector<std::string>& seen) {
  co_await loop.sleep(time);
  seen.push_back("slept");
}

Task<void> thrower(Loop& loop) {
  co_await loop.sleep(1s);
  throw std::runtime_error("broken");
}

Task<void> aborter() {
  throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return;
}

TEST_F(TaskGroupTest, HearsOfExceptionsByName) {
  group_.spawn("bad", thrower(loop_));
  group_.spawn("good", sleeper(loop_, 2s, seen_));
  loop_.run_until_idle();
  EXPECT_EQ(failed_, std::vector<std::string>{"bad"});
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(TaskGroupTest, SwallowsCancellationOnly) {
  group_.spawn("aborted", aborter());
  loop_.run_until_idle();
  EXPECT_TRUE(failed_.empty());
  EXPECT_EQ(group_.size(), 0U);
}

Task<void> close_then_note(TaskGroup& group, std::vector<std::string>& seen) {
  co_await group.close();
  seen.push_back("closed");
}

TEST_F(TaskGroupTest, CloseWaitsForEveryTaskAndCanBeRepeated) {
  TaskGroup outer(loop_, record_failures());
  group_.spawn("one", sleeper(loop_, 1s, seen_));
  group_.spawn("two", sleeper(loop_, 5s, seen_));
  outer.spawn("close", close_then_note(group_, seen_));
  outer.spawn("close too", close_then_note(group_, seen_));
  loop_.run_until_idle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"slept", "slept", "closed", "closed"}));
  outer.spawn("once more", close_then_note(group_, seen_));
  loop_.run_until_idle();
  EXPECT_EQ(seen_.size(), 5U);
}

TEST_F(TaskGroupTest, CancelAllEndsEveryTask) {
  for (int i = 0; i < 100; ++i) group_.spawn("sleeper", sleeper(loop_, 1h, seen_));
  loop_.post([this] { group_.cancel_all(); });
  loop_.run_until_idle();
  EXPECT_EQ(group_.size(), 0U);
  EXPECT_TRUE(seen_.empty());
  EXPECT_TRUE(failed_.empty());
}

TEST_F(TaskGroupTest, HandlesOfEndedTasksAreHarmless) {
  TaskGroup::Handle handle = group_.spawn("short", sleeper(loop_, 1s, seen_));
  EXPECT_TRUE(handle.running());
  loop_.run_until_idle();
  EXPECT_FALSE(handle.running());
  handle.cancel();
  TaskGroup::Handle none;
  EXPECT_FALSE(none.running());
  none.cancel();
}

// A task that owns children, as a job owns its chunks.
Task<void> parent(Loop& loop, std::vector<std::string>& seen, bool& children_ended) {
  TaskGroup children(loop, [](const std::string&, const std::exception_ptr&) {});
  for (int i = 0; i < 3; ++i) children.spawn("child", sleeper(loop, 10s, seen));
  std::exception_ptr cancelled;
  try {
    co_await children.join();
  } catch (...) {
    cancelled = std::current_exception();
  }
  children_ended = children.size() == 0;
  if (cancelled) std::rethrow_exception(cancelled);
  seen.push_back("parent");
}

TEST_F(TaskGroupTest, JoinWaitsForTheChildren) {
  bool ended = false;
  group_.spawn("parent", parent(loop_, seen_, ended));
  loop_.run_until_idle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(seen_, (std::vector<std::string>{"slept", "slept", "slept", "parent"}));
}

TEST_F(TaskGroupTest, JoinPassesCancellationToTheChildrenAndWaitsForTheirEnd) {
  bool ended = false;
  TaskGroup::Handle handle = group_.spawn("parent", parent(loop_, seen_, ended));
  loop_.post([&] { handle.cancel(); });
  loop_.run_until_idle();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(seen_.empty());
  EXPECT_TRUE(failed_.empty());
  EXPECT_EQ(group_.size(), 0U);
}

Task<void> cancels_itself(Loop& loop, TaskGroup::Handle& self, std::vector<std::string>& seen) {
  co_await loop.sleep(1s);
  self.cancel();
  seen.push_back("told");
  co_await loop.sleep(1s);
  seen.push_back("not reached");
}

TEST_F(TaskGroupTest, ATaskThatCancelsItselfEndsAtItsNextSuspension) {
  TaskGroup::Handle self;
  self = group_.spawn("self", cancels_itself(loop_, self, seen_));
  loop_.run_until_idle();
  EXPECT_EQ(seen_, std::vector<std::string>{"told"});
}

using TaskGroupDeathTest = TaskGroupTest;

TEST_F(TaskGroupDeathTest, AGroupThatDiesBeforeItsTasksIsABug) {
  EXPECT_DEATH(
      {
        TaskGroup group(loop_, record_failures());
        group.spawn("left", sleeper(loop_, 1h, seen_));
      },
      "");
}

}  // namespace
}  // namespace docwright
