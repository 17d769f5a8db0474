// Wakes coroutines that wait for news, or for a moment, whichever comes first.
#pragma once
#include <cstdint>
#include <map>
#include <memory>

#include "runtime/loop.h"
#include "runtime/task_group.h"

namespace docwright::daemon {

// Loop thread only. close() must have ended before the destructor runs.
class Bell final {
 public:
  explicit Bell(Loop& loop);
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // Wakes everybody who waits now.
  void ring();
  // How often it rang: taken before looking at what is waited for, it loses no news in between.
  std::uint64_t rings() const;
  // Ends at once where it rang since `seen` was taken; else at the next ring, or at the moment.
  // Cancellable.
  Task<void> wait(std::uint64_t seen, Moment until);
  // Ends the clocks that are still set.
  Task<void> close();

 private:
  struct State;
  static Task<void> expire(Loop& loop, std::weak_ptr<State> state, std::uint64_t number,
                           Moment until);

  std::shared_ptr<State> state_;
  TaskGroup clocks_;
};

}  // namespace docwright::daemon
