// Events: what clients are told, numbered, kept for those who missed some.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/json.h"
#include "store/database.h"

namespace docwright::store {

// In a writer's transaction; reaches the Writer's on_events after COMMIT. Topics: job.<id>,
// batch.<id>, daemon. The store itself writes: job.<id>
// {"event":"succeeded|failed|cancelled|waiting","batch":...}, batch.<id> {"event":"done",
// "jobs":{state:count}}, daemon {"event":"overrun",...}.
void append_event(Database& database, std::string_view topic, const Json& body, Time now);

// After `seq`, oldest first; topics that begin with the prefix.
std::vector<Event> events_since(Database& database, std::int64_t seq, std::string_view topic_prefix,
                                int limit);
struct EventSpan {
  std::int64_t first = 0, last = 0;  // kept ones; 0: none yet
};
EventSpan event_span(Database& database);

}  // namespace docwright::store
