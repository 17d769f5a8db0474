// Recent calls to each model, from the journal: they tell a daemon that starts what its providers
// have counted against their limits.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

// Calls to one model that began within the same minute, or, less than a minute ago, the same
// second.
struct RecentCalls {
  std::string provider, model;
  Time at{};                  // the first of them
  std::int64_t requests = 0;  // that have, or may have, reached the provider
  Usage usage;                // as answers said it
  std::int64_t bound = 0;     // tokens that these could have used
  std::int64_t unsaid = 0;    // tokens that others could have used that no answer has spoken of
};

// Those that began at `since` or later, in the order of time. Reads no older ones: takes as long as
// there were calls since. Intents are not among them: a start settles them first (recovery.h).
std::vector<RecentCalls> recent_calls(Database& database, Time since, Time now);

}  // namespace docwright::store
