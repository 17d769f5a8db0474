// Something that happens once, and those who wait for it.
#pragma once
#include <limits>

#include "runtime/semaphore.h"

namespace docwright::pipeline {

// Loop thread only. Must outlive the waits.
class Latch final {
 public:
  explicit Latch(Loop& loop) : places_(loop, 0) {}

  // Ends once open() was called; at once if it was. Cancellable.
  Task<void> wait() {
    const Semaphore::Permit permit = co_await places_.acquire();
    co_return;
  }
  void open() { places_.resize(std::numeric_limits<std::size_t>::max()); }

 private:
  Semaphore places_;
};

}  // namespace docwright::pipeline
