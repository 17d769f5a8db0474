// A scope that owns running tasks: none outlives it, none fails unheard.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "runtime/loop.h"

namespace docwright {

// Loop thread only. close() must have ended before the destructor runs.
class TaskGroup final {
 public:
  // `on_failure` hears of every exception but cancellation (which is the normal end of a cancelled
  // task); name says whose.
  using OnFailure = std::function<void(const std::string& name, std::exception_ptr)>;
  TaskGroup(Loop& loop, OnFailure on_failure);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Handle of one task; cancel() on an ended task does nothing.
  class Handle {
   public:
    void cancel();
    bool running() const;

   private:
    friend class TaskGroup;
    struct State;
    std::weak_ptr<State> state_;
  };

  Handle spawn(std::string name, Task<void> task);
  std::size_t size() const;
  void cancel_all();
  // Awaits the end of every task (cancel_all() first, if they should not end by themselves).
  // Repeatable.
  Task<void> close();
  // close() for a group that is part of one task: when the awaiting task is cancelled, so are
  // these, and the cancellation is passed on after they have ended. No co_await may stand between
  // the first spawn() and join(): it could throw.
  Task<void> join();

 private:
  struct Shared;
  static Task<void> wait(std::shared_ptr<Shared> shared, bool pass_on);
  std::shared_ptr<Shared> shared_;
};

}  // namespace docwright
