// Questions of clients, answered from a read-only connection. Pure functions of the database; pool
// threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/catalog.h"
#include "schemas/wire.h"
#include "store/database.h"

namespace docwright::daemon {

// What came of asking once.
struct Answer {
  // False: ask again when one of the topics has news, or when the client's patience ends.
  bool done = true;
  Result<std::string> reply;  // frame to send; empty where not done and no answer was demanded
  std::vector<std::string> topics;  // of events that can change the answer
  bool prefixes = false;            // the topics are prefixes
};

// `demanded`: the reply must be made even if not everything asked for has ended.
using Question = std::function<Answer(store::Database&, bool demanded)>;

// What is said of jobs beside what the database knows.
struct Surroundings {
  std::shared_ptr<const Catalog> catalog;
  std::function<bool()> out_of_space;  // the disk is full; any thread
};

Question ask(std::string id, wire::StatusRequest request, Surroundings around);
Question ask(std::string id, wire::ListRequest request, Surroundings around);
Question ask(std::string id, wire::ResultRequest request);
Question ask(std::string id, wire::WaitRequest request);
Question ask(std::string id, wire::EventsSinceRequest request);
// What serves others, for `cache_time` (none: nothing does).
Question ask_cache(std::string id, std::string by, std::optional<Duration> cache_time, Time now);
Question ask_budgets(std::string id, Time now);
// `reply` holds what is known without the database.
Question ask_stats(std::string id, wire::StatsReply reply);
Question ask_pipelines(std::string id, std::shared_ptr<const Catalog> catalog);

// The rows that a selection names. Errors: not_found and invalid_request (an ambiguous prefix), at
// their place.
Result<std::vector<std::int64_t>> rows_of(store::Database& database,
                                          const std::vector<std::string>& jobs);
Result<std::int64_t> batch_of(store::Database& database, const std::string& batch);

}  // namespace docwright::daemon
