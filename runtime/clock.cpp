#include "runtime/clock.h"

namespace docwright {

Time SystemClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

Moment SystemClock::moment() const {
  return std::chrono::floor<Duration>(std::chrono::steady_clock::now());
}

ManualClock::ManualClock(Time start) : now_(start) {}

Time ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Moment ManualClock::moment() const {
  const std::lock_guard lock(mutex_);
  return moment_;
}

void ManualClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_ += by;
  moment_ += by;
}

}  // namespace docwright
