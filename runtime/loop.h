// The loop: one thread that runs every coroutine, timer and socket of docwright.
//
// A Task is a lazy coroutine on that thread. Tasks are owned: by the task that awaits them, or by a
// TaskGroup (task_group.h). Nothing is detached. Cancelling a TaskGroup ends its tasks at their
// next suspension with a boost::system::system_error (operation_aborted), which only the TaskGroup
// catches.
//
// Rules for coroutines: free or member functions, parameters by value (or references to parts that
// outlive the loop), no lock held across co_await.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

#include "runtime/clock.h"

namespace docwright {

using Executor = boost::asio::io_context::executor_type;
template <class T>
using Task = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

// Loop thread only, except post(), stop() and turns().
class Loop final {
 public:
  // The clock must outlive the loop. With a ManualClock, run_until_idle() moves it from timer to
  // timer. `tick`: how often an idle loop turns, to show that it lives.
  explicit Loop(Clock& clock, Duration tick = std::chrono::seconds(1));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Executor executor() { return context_.get_executor(); }
  boost::asio::io_context& context() { return context_; }
  Clock& clock() { return clock_; }

  // Runs until stop(). Returns when stop() was called.
  void run();
  void stop();  // any thread
  // Any thread: runs `work` on the loop thread, later.
  void post(std::move_only_function<void()> work);

  // Ends no sooner than `wake`; ends early only by cancellation.
  Task<void> sleep_until(Moment wake);
  Task<void> sleep(Duration time);

  // Tests, with a ManualClock: runs everything that is ready, then moves the clock to the next
  // sleeper, until nothing is left to run and nobody sleeps. Work of other threads must have ended
  // before, or be counted by expect(), or be awaited by `pending`: while pending() is true, the
  // loop blocks for posted work instead of moving the clock.
  void run_until_idle(const std::function<bool()>& pending = {});

  // Loop thread: +1 where a result from another thread is awaited, -1 where it arrives.
  // (Pool::run() does so itself.)
  void expect(int change);

  // A number that changes while the loop turns (the supervisor's proof of life). Any thread.
  std::uint64_t turns() const;

 private:
  struct Sleepers;
  boost::asio::io_context context_;
  Clock& clock_;
  std::unique_ptr<Sleepers> sleepers_;
};

}  // namespace docwright
