// The pipeline's Metrics over the store, and the daemon's samples of itself.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>

#include "pipeline/ports.h"
#include "runtime/log.h"
#include "store/cache.h"
#include "store/metrics.h"
#include "store/store.h"

namespace docwright::daemon {

// 0 where there is no such file.
std::int64_t file_bytes(const std::string& path);

// Loop thread only, except commit().
class StoreMetrics final : public pipeline::Metrics {
 public:
  StoreMetrics(Loop& loop, store::Store& store, Log& log) : loop_(loop), store_(store), log_(log) {}

  void record(const pipeline::Operation& operation) override;
  void reused(const Reuse& reuse) override;
  // The writer's thread: one transaction.
  void commit(Duration time);

  // Writes what was collected. A failure loses these figures only, and is logged.
  Task<void> flush();
  // Every `interval`, until cancelled.
  Task<void> flush_for_ever(Duration interval);
  // What the process uses, with figures that others know.
  Task<void> sample(store::SystemSample sample);

 private:
  Loop& loop_;
  store::Store& store_;
  Log& log_;
  // Loop thread only.
  store::MetricsBuffer buffer_;
  std::vector<store::CacheHits> cache_hits_;
  std::int64_t cpu_before_us_ = 0;
  // Guarded by mutex_: what the writer's thread reports.
  std::mutex mutex_;
  store::MetricsBuffer commits_;
  std::int64_t unwritten_commits_ = 0;
  std::int64_t commit_count_ = 0;
  Duration commit_longest_{};
};

}  // namespace docwright::daemon
