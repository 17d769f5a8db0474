// The daemon's end: on a signal, or when the store has failed; and in which order its parts stop.
#pragma once
#include <atomic>
#include <boost/asio/signal_set.hpp>
#include <mutex>
#include <vector>

#include "daemon/dispatcher.h"
#include "daemon/front_door.h"
#include "daemon/metrics.h"
#include "daemon/reception.h"
#include "daemon/service_manager.h"
#include "pipeline/call/call_desk.h"

namespace docwright::daemon {

// Exit codes (docs/operations.md).
enum Exit : int {
  kExitDone = 0,
  kExitUsage = 2,
  kExitBusy = 69,
  kExitStore = 74,
  kExitConfiguration = 78
};

// Who hears of commits. Made before the store, whose writer tells it; those who listen come later
// and go earlier. Any thread.
class CommitListeners final {
 public:
  void set(Reception* reception, StoreMetrics* metrics);
  void committed(const std::vector<store::Event>& events);
  void timed(Duration commit);

 private:
  std::mutex mutex_;
  Reception* reception_ = nullptr;   // Guarded by mutex_
  StoreMetrics* metrics_ = nullptr;  // Guarded by mutex_
};

// The store has failed for good. Nothing can be saved by a slow end: what is on the disk is all
// that counts.
class FatalSwitch final {
 public:
  explicit FatalSwitch(Log& log) : log_(log) {}
  // Any thread. Replies that are on their way get a moment, then the process ends.
  void pull(const Error& error);

 private:
  Log& log_;
};

// Everything that must end, in the order in which it does.
struct Ending {
  boost::asio::signal_set& signals;  // that end the daemon
  Loop& loop;
  Log& log;
  ServiceManager& manager;
  Reception& reception;
  Dispatcher& dispatcher;
  pipeline::CallDesk& calls;
  StoreJournal& journal;
  StoreMetrics& metrics;
  store::Writer& writer;
  TaskGroup& duties;
  Duration drain_time_max{};
};
// Waits for SIGTERM or SIGINT, then ends everything, within the time; what is not done by then is
// resumed by the next start. A second signal ends the process at once.
Task<void> live(Ending parts);

}  // namespace docwright::daemon
