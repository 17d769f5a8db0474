#include "daemon/service_manager.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <utility>

namespace docwright::daemon {
namespace {

std::chrono::microseconds watchdog_time() {
  std::uint64_t usec = 0;
  return ::sd_watchdog_enabled(0, &usec) > 0 ? std::chrono::microseconds(usec)
                                             : std::chrono::microseconds(0);
}

// The result says only whether the message was queued; there is nothing to be done if not.
void notify(const std::string& message) {
  (void)::sd_notify(0, message.c_str());
}

}  // namespace

ServiceManager::ServiceManager() : watchdog_(watchdog_time()) {}

void ServiceManager::ready(const std::string& status) {
  notify("READY=1\nSTATUS=" + status);
}

void ServiceManager::status(const std::string& status) {
  notify("STATUS=" + status);
}

void ServiceManager::stopping(const std::string& status) {
  notify("STOPPING=1\nSTATUS=" + status);
}

void ServiceManager::extend(std::chrono::microseconds time) {
  notify(fmt::format("EXTEND_TIMEOUT_USEC={}", time.count()));
}

void ServiceManager::alive() {
  notify("WATCHDOG=1");
}

Task<void> watch(Loop& loop, ServiceManager& manager, std::vector<Turning> parts) {
  if (manager.watchdog() == std::chrono::microseconds(0)) co_return;
  std::vector<std::uint64_t> before(parts.size());
  while (true) {
    bool all_turned = true;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::uint64_t now = parts[i].turns();
      all_turned &= std::exchange(before[i], now) != now;
    }
    if (all_turned) manager.alive();
    // Each part turns at least once a second, so it has turned between two looks of a quarter of
    // the usual time.
    co_await loop.sleep(std::max<Duration>(manager.watchdog() / 4, std::chrono::milliseconds(100)));
  }
}

}  // namespace docwright::daemon
