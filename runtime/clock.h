// Time as an argument. Everything that asks for the time takes a Clock, so that tests own it.
#pragma once
#include <chrono>
#include <mutex>

namespace docwright {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;  // wall clock, UTC: what is stored
using Moment =
    std::chrono::time_point<std::chrono::steady_clock, Duration>;  // monotonic: what is waited for

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual Moment moment() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  Moment moment() const override;
};

// Stands still until it is told to move; both scales move together. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time{std::chrono::days{20000}});
  Time now() const override;
  Moment moment() const override;
  void advance(Duration by);

 private:
  mutable std::mutex mutex_;
  Time now_;         // Guarded by mutex_.
  Moment moment_{};  // Guarded by mutex_.
};

}  // namespace docwright
