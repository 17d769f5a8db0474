// What the service manager (systemd) hears: ready, what we are doing, still alive, stopping.
// Without one, nothing happens.
//
// The only file that includes libsystemd is service_manager.cpp.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runtime/loop.h"

namespace docwright::daemon {

// Any thread.
class ServiceManager final {
 public:
  // Reads NOTIFY_SOCKET and WATCHDOG_USEC.
  ServiceManager();

  void ready(const std::string& status);
  void status(const std::string& status);
  void stopping(const std::string& status);
  // A start or a stop takes longer than its limit; to be repeated within the time.
  void extend(std::chrono::microseconds time);
  void alive();
  // How often alive() is expected; zero: it is not.
  std::chrono::microseconds watchdog() const { return watchdog_; }

 private:
  const std::chrono::microseconds watchdog_;
};

// Something that turns as long as it lives: the loop, the front door, the writer.
struct Turning {
  std::string name;
  std::function<std::uint64_t()> turns;
};

// Tells the service manager that docwright lives, as long as everything has turned since it last
// said so. Ends by cancellation. A provider that does not answer stops nothing of this: waiting is
// a turn, too.
Task<void> watch(Loop& loop, ServiceManager& manager, std::vector<Turning> parts);

}  // namespace docwright::daemon
