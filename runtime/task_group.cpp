#include "runtime/task_group.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <list>
#include <utility>
#include <vector>

namespace docwright {
namespace asio = boost::asio;

struct TaskGroup::Handle::State {
  std::string name;
  asio::cancellation_signal signal;
  bool running = true;
  std::list<std::shared_ptr<State>>::iterator place{};
};

struct TaskGroup::Shared {
  Shared(Loop& on, OnFailure failure) : loop(on), on_failure(std::move(failure)) {}

  void ended(Handle::State& state, const std::exception_ptr& failure) {
    state.running = false;
    tasks.erase(state.place);
    if (tasks.empty()) wake_closers();
    if (failure) report(state.name, failure);
  }

  void report(const std::string& name, const std::exception_ptr& failure) const {
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) return;
      on_failure(name, failure);
    } catch (...) {
      on_failure(name, failure);
    }
  }

  void wake_closers() {
    for (auto& closer : std::exchange(closers, {})) loop.post(std::move(closer));
  }

  void cancel_all() {
    // A task may end while its neighbour is told.
    const std::vector<std::shared_ptr<Handle::State>> all(tasks.begin(), tasks.end());
    for (const auto& state : all) {
      if (state->running) state->signal.emit(asio::cancellation_type::terminal);
    }
  }

  Loop& loop;
  OnFailure on_failure;
  std::list<std::shared_ptr<Handle::State>> tasks;
  std::vector<std::move_only_function<void()>> closers;
};

TaskGroup::TaskGroup(Loop& loop, OnFailure on_failure)
    : shared_(std::make_shared<Shared>(loop, std::move(on_failure))) {}

// A task that outlives its group would use what its owner has destroyed: a bug that must not pass.
TaskGroup::~TaskGroup() {
  if (!shared_->tasks.empty()) std::abort();
}

TaskGroup::Handle TaskGroup::spawn(std::string name, Task<void> task) {
  auto state = std::make_shared<Handle::State>();
  state->name = std::move(name);
  state->place = shared_->tasks.insert(shared_->tasks.end(), state);
  Handle handle;
  handle.state_ = state;
  auto slot = state->signal.slot();
  auto ended = [shared = shared_, state = std::move(state)](const std::exception_ptr& failure) {
    shared->ended(*state, failure);
  };
  asio::co_spawn(shared_->loop.executor(), std::move(task),
                 asio::bind_cancellation_slot(slot, std::move(ended)));
  return handle;
}

std::size_t TaskGroup::size() const {
  return shared_->tasks.size();
}

void TaskGroup::cancel_all() {
  shared_->cancel_all();
}

void TaskGroup::Handle::cancel() {
  const auto state = state_.lock();
  if (state && state->running) state->signal.emit(asio::cancellation_type::terminal);
}

bool TaskGroup::Handle::running() const {
  const auto state = state_.lock();
  return state && state->running;
}

// Ends when the last task has, whether or not the awaiting one is cancelled; `pass_on`: its
// cancellation cancels them too.
Task<void> TaskGroup::wait(std::shared_ptr<Shared> shared, bool pass_on) {
  while (!shared->tasks.empty()) {
    auto start = [shared, pass_on](auto handler) {
      auto slot = asio::get_associated_cancellation_slot(handler);
      if (pass_on && slot.is_connected()) {
        slot.assign([group = std::weak_ptr(shared)](asio::cancellation_type) {
          if (const auto alive = group.lock()) alive->cancel_all();
        });
      }
      shared->closers.emplace_back(
          [handler = std::move(handler)]() mutable { std::move(handler)(); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(std::move(start),
                                                                                 use_task);
  }
}

Task<void> TaskGroup::close() {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await wait(shared_, false);
  co_await asio::this_coro::throw_if_cancelled(throws);
}

Task<void> TaskGroup::join() {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await wait(shared_, true);
  co_await asio::this_coro::throw_if_cancelled(throws);
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

}  // namespace docwright
