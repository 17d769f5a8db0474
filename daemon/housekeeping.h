// The daemon's own chores, each a coroutine that ends by cancellation.
#pragma once
#include <functional>

#include "daemon/front_door.h"
#include "daemon/metrics.h"
#include "daemon/service_manager.h"
#include "store/retention.h"

namespace docwright::daemon {

// Forgets by age: a little at a time, and often while there is much.
Task<void> forget(Loop& loop, store::Store& store, Log& log, store::Retention retention);

// Samples the daemon itself, and tells the service manager in a line what it is doing.
struct Observed {
  store::Store& store;
  Pool& pool;
  FrontDoor& door;
  StoreMetrics& metrics;
  ServiceManager& manager;
};
Task<void> observe(Loop& loop, Observed observed);

}  // namespace docwright::daemon
