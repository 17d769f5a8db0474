#include "runtime/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/task_group.h"

namespace docwright {
namespace {

class PoolTest : public testing::Test {
 protected:
  ManualClock clock_;
  Loop loop_{clock_};
  Pool pool_{loop_, 2};
  std::vector<std::string> failed_;
  TaskGroup tasks_{loop_, [this](const std::string& name, const std::exception_ptr&) {
                     failed_.push_back(name);
                   }};
};

Task<void> add_on_pool(Pool& pool, int number, int& sum, std::vector<std::thread::id>& where) {
  auto work = [number] { return std::make_unique<int>(number); };
  const std::unique_ptr<int> value = co_await pool.run(std::move(work));
  where.push_back(std::this_thread::get_id());
  sum += *value;
}

TEST_F(PoolTest, ValuesComeBackOnTheLoopThread) {
  int sum = 0;
  std::vector<std::thread::id> where;
  for (int i = 1; i <= 100; ++i) tasks_.spawn("adder", add_on_pool(pool_, i, sum, where));
  loop_.run_until_idle();
  EXPECT_EQ(sum, 5050);
  EXPECT_TRUE(std::ranges::all_of(where, [](auto id) { return id == std::this_thread::get_id(); }));
}

Task<void> fail_on_pool(Pool& pool) {
  auto work = [] { throw std::runtime_error("on the pool"); };
  co_await pool.run(std::move(work));
}

TEST_F(PoolTest, ExceptionsReachTheAwaiter) {
  tasks_.spawn("failing", fail_on_pool(pool_));
  loop_.run_until_idle();
  EXPECT_EQ(failed_, std::vector<std::string>{"failing"});
}

Task<void> cancelled_during(Pool& pool, Loop& loop, bool& after, bool& later) {
  auto work = [] {};
  co_await pool.run(std::move(work));
  after = true;
  co_await loop.sleep(std::chrono::seconds(1));
  later = true;
}

TEST_F(PoolTest, ACancelledTaskEndsAfterItsFunction) {
  bool after = false;
  bool later = false;
  TaskGroup::Handle handle =
      tasks_.spawn("cancelled", cancelled_during(pool_, loop_, after, later));
  loop_.post([&] { handle.cancel(); });
  loop_.run_until_idle();
  EXPECT_TRUE(after);
  EXPECT_FALSE(later);
  EXPECT_TRUE(failed_.empty());
}

Task<void> work_until(Pool& pool, std::shared_future<void> end, int& done) {
  auto work = [end = std::move(end)] { end.wait(); };
  co_await pool.run(std::move(work));
  ++done;
}

Task<void> turn_then_end(Loop& loop, std::promise<void>& end, const int& done, int& done_before) {
  for (int i = 0; i < 20; ++i) co_await loop.sleep(std::chrono::milliseconds(1));
  done_before = done;
  end.set_value();
}

Task<void> stop_after(TaskGroup& tasks, Loop& loop) {
  co_await tasks.close();
  loop.stop();
}

// While every thread of the pool works, the loop goes on: it is the loop that ends the work here,
// so that one that waited for the pool would wait for ever.
TEST(Promise10, TheLoopGoesOnWhileThePoolWorks) {
  SystemClock clock;
  Loop loop(clock);
  Pool pool(loop, 2);
  TaskGroup tasks(loop, [](const std::string& name, const std::exception_ptr&) {
    ADD_FAILURE() << name << " failed";
  });
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  int done = 0;
  int done_before = -1;
  for (int i = 0; i < 4; ++i) tasks.spawn("work", work_until(pool, ended, done));  // 2 are queued
  tasks.spawn("turns", turn_then_end(loop, end, done, done_before));
  TaskGroup owner(loop, [](const std::string&, const std::exception_ptr&) {});
  owner.spawn("end", stop_after(tasks, loop));
  loop.run();
  EXPECT_EQ(done_before, 0);
  EXPECT_EQ(done, 4);
}

TEST(PoolEnd, RunsWhatWasQueued) {
  ManualClock clock;
  Loop loop(clock);
  std::atomic<int> ran = 0;
  {
    Pool pool(loop, 1);
    for (int i = 0; i < 50; ++i) pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 50);
}

}  // namespace
}  // namespace docwright
