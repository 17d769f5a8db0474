// A few threads for CPU work and read-only queries: functions in, values out.
#pragma once
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "runtime/loop.h"

namespace docwright {

// The function owns what it needs (by value, or shared and immutable); it runs on a pool thread,
// its value comes back on the loop thread. Cancelling the awaiting task does not stop a function
// that runs: the task ends after it.
class Pool final {
 public:
  Pool(Loop& loop, std::size_t threads);
  ~Pool();  // joins
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Loop thread only. An exception of the function is rethrown to the awaiter.
  template <class Function>
  Task<std::invoke_result_t<Function&>> run(Function function);

  // Any thread: runs it on a pool thread; nobody waits.
  void post(std::move_only_function<void()> work);

  // Ends the threads; functions that were queued still run, what is posted later never does.
  void join();

 private:
  Loop& loop_;
  boost::asio::thread_pool threads_;
};

template <class Function>
Task<std::invoke_result_t<Function&>> Pool::run(Function function) {
  using Value = std::invoke_result_t<Function&>;
  using Stored = std::conditional_t<std::is_void_v<Value>, std::monostate, Value>;
  struct Outcome {
    std::optional<Stored> value;
    std::exception_ptr failure;
  };
  // The outcome is shared: the awaiting frame stays alive until it arrives (no cancellation of this
  // wait).
  auto outcome = std::make_shared<Outcome>();
  auto start = [this, outcome, work = std::move(function)](auto handler) mutable {
    loop_.expect(+1);
    post([this, outcome, work = std::move(work), handler = std::move(handler)]() mutable {
      try {
        if constexpr (std::is_void_v<Value>) {
          work();
          outcome->value.emplace();
        } else {
          outcome->value.emplace(work());
        }
      } catch (...) {
        outcome->failure = std::current_exception();
      }
      loop_.post([this, handler = std::move(handler)]() mutable {
        loop_.expect(-1);
        std::move(handler)();
      });
    });
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
      std::move(start), use_task);
  if (outcome->failure) std::rethrow_exception(outcome->failure);
  if constexpr (!std::is_void_v<Value>) co_return std::move(*outcome->value);
}

}  // namespace docwright
