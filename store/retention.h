// Forgetting by age, in small transactions, so that nothing waits for it.
#pragma once
#include <cstdint>

#include "runtime/clock.h"
#include "store/database.h"

namespace docwright::store {

// How long what has ended is kept; zero: for ever.
struct Retention {
  // With their plans, calls and attempts; their latest documents stay.
  Duration jobs = std::chrono::days(90);
  Duration events = std::chrono::days(7);
  Duration metrics = std::chrono::days(365);
  Duration rejects = std::chrono::days(30);
};

struct Pruned {
  std::int64_t rows = 0;  // jobs, events, minutes, ... that went
  bool more = false;      // call again
};

// Removes at most `limit` rows of each kind, with jobs also the sources and answers that nothing
// else refers to, and gives a few free pages back to the file system. Kept for ever: pipeline
// versions, and what pruned calls cost, by the day (usage_by_day) and in their budgets. Jobs with a
// call in flight are left for later.
Pruned prune(Database& database, const Retention& retention, Time now, int limit);

}  // namespace docwright::store
