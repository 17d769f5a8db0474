// The history of every metric, rolled up by the minute.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

// One operation as it happened.
struct OperationSample {
  std::string_view kind;     // job, step, call, check, parse, commit
  std::string_view name;     // the step's name, the check's id, ...
  std::string_view outcome;  // ok, or an error class
  std::string_view pipeline, provider, model, tenant;
  Duration duration{};
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd cost = 0;
};

struct RollUp {
  Time minute{};
  std::string kind, name, outcome, pipeline, provider, model, tenant;
  std::int64_t count = 0;
  Duration duration{}, duration_max{};
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd cost = 0;
};

// Collects in memory between flushes; one thread. At most kinds_max different rows are kept,
// further ones are counted under the name "other" without their dimensions.
class MetricsBuffer final {
 public:
  explicit MetricsBuffer(std::size_t kinds_max = 10'000);
  ~MetricsBuffer();
  void record(const OperationSample& sample, Time now);
  std::vector<RollUp> take();  // and begins anew
  bool empty() const;

 private:
  struct Rows;
  std::unique_ptr<Rows> rows_;
};

// Adds to what the minute has.
void add_metrics(Database& database, const std::vector<RollUp>& rows);

// The daemon's own state, sampled a few times a minute: sums are added, peaks are kept.
struct SystemSample {
  std::int64_t cpu_us = 0;  // used since the sample before
  std::int64_t memory_bytes = 0, database_bytes = 0, wal_bytes = 0, disk_free_bytes = 0;
  std::int64_t queued = 0, running = 0, waiting = 0;
  std::int64_t calls_in_flight = 0, writer_queued = 0, connections = 0;
  std::int64_t loop_lag_us = 0, commits = 0, commit_us_max = 0;
};
void add_system_sample(Database& database, const SystemSample& sample, Time now);

}  // namespace docwright::store
