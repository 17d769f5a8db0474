#include "runtime/semaphore.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/task_group.h"

namespace docwright {
namespace {

using namespace std::chrono_literals;

struct Watch {
  int inside = 0;
  int most = 0;
  std::vector<int> order;
};

Task<void> work(Loop& loop, Semaphore& semaphore, Watch& watch, int number) {
  Semaphore::Permit permit = co_await semaphore.acquire();
  watch.order.push_back(number);
  watch.most = std::max(watch.most, ++watch.inside);
  co_await loop.sleep(1s);
  --watch.inside;
}

class SemaphoreTest : public testing::Test {
 protected:
  void spawn(int number) { tasks_.spawn("worker", work(loop_, semaphore_, watch_, number)); }

  ManualClock clock_;
  Loop loop_{clock_};
  Semaphore semaphore_{loop_, 2};
  TaskGroup tasks_{
      loop_, [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  Watch watch_;
};

TEST_F(SemaphoreTest, LetsAsManyInAsItHasPlacesFirstComeFirstServed) {
  for (int i = 0; i < 7; ++i) spawn(i);
  loop_.run_until_idle();
  EXPECT_EQ(watch_.most, 2);
  EXPECT_EQ(watch_.order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(semaphore_.used(), 0U);
  EXPECT_EQ(clock_.moment().time_since_epoch(), 4s);
}

TEST_F(SemaphoreTest, ACancelledWaiterLosesItsTurnOnly) {
  spawn(0);
  spawn(1);
  TaskGroup::Handle waiter = tasks_.spawn("waiter", work(loop_, semaphore_, watch_, 2));
  spawn(3);
  loop_.post([&] {
    EXPECT_EQ(semaphore_.waiting(), 2U);
    waiter.cancel();
    EXPECT_EQ(semaphore_.waiting(), 1U);
  });
  loop_.run_until_idle();
  EXPECT_EQ(watch_.order, (std::vector<int>{0, 1, 3}));
  EXPECT_EQ(semaphore_.used(), 0U);
}

Task<void> hold_and_cancel(Loop& loop, Semaphore& semaphore, TaskGroup::Handle& next) {
  Semaphore::Permit permit = co_await semaphore.acquire();
  co_await loop.sleep(1s);
  permit.release();  // the place is on its way to the waiter
  next.cancel();     // who does not want it any more
}

TEST_F(SemaphoreTest, APlaceGivenToACancelledWaiterComesBack) {
  semaphore_.resize(1);
  TaskGroup::Handle next;
  tasks_.spawn("holder", hold_and_cancel(loop_, semaphore_, next));
  next = tasks_.spawn("next", work(loop_, semaphore_, watch_, 1));
  spawn(2);
  loop_.run_until_idle();
  EXPECT_EQ(watch_.order.back(), 2);
  EXPECT_EQ(semaphore_.used(), 0U);
}

TEST_F(SemaphoreTest, MorePlacesServeWaitersAtOnceFewerTakeNoneAway) {
  for (int i = 0; i < 4; ++i) spawn(i);
  loop_.post([this] { semaphore_.resize(4); });
  loop_.post([this] {
    EXPECT_EQ(semaphore_.used(), 4U);
    semaphore_.resize(1);
    EXPECT_EQ(semaphore_.used(), 4U);
    spawn(4);
    spawn(5);
  });
  loop_.run_until_idle();
  EXPECT_EQ(watch_.order.size(), 6U);
  EXPECT_EQ(clock_.moment().time_since_epoch(), 3s);  // four together, then one by one
}

Task<void> take(Semaphore& semaphore, Semaphore::Permit& permit) {
  permit = co_await semaphore.acquire();
}

TEST(SemaphorePermit, MayOutliveItsSemaphore) {
  ManualClock clock;
  Loop loop(clock);
  TaskGroup tasks(
      loop, [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; });
  Semaphore::Permit permit;
  {
    Semaphore semaphore(loop, 1);
    tasks.spawn("taker", take(semaphore, permit));
    loop.run_until_idle();
    EXPECT_EQ(semaphore.used(), 1U);
  }
  permit.release();
  permit.release();
}

}  // namespace
}  // namespace docwright
