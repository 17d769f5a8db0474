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
  // `on_failure` hears of every exception but cancellation (which is the normal end of a cancelled task); name says whose.
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
  // Awaits the end of every task (cancel_all() first, if they should not end by themselves). Repeatable.
  Task<void> close();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace docwright
