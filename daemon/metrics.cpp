#include "daemon/metrics.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "pipeline/pipeline.h"
#include "runtime/text.h"

namespace docwright::daemon {
namespace {

std::int64_t cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

// Resident, now; /proc/self is there under ProcSubset=pid, too.
std::int64_t memory_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

std::int64_t free_bytes(const std::string& path) {
  struct statvfs status{};
  return ::statvfs(path.c_str(), &status) == 0
             ? static_cast<std::int64_t>(status.f_bavail * status.f_frsize)
             : 0;
}

}  // namespace

std::int64_t file_bytes(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_size) : 0;
}

void StoreMetrics::record(const pipeline::Operation& operation) {
  store::OperationSample sample{.kind = operation.kind,
                                .name = operation.name,
                                .outcome = operation.outcome,
                                .pipeline = {},
                                .provider = operation.provider,
                                .model = operation.model,
                                .tenant = {},
                                .duration = operation.duration,
                                .tokens_in = operation.tokens_in,
                                .tokens_out = operation.tokens_out,
                                .cost = operation.cost};
  if (operation.job != nullptr) {
    sample.pipeline = operation.job->pipeline->name();
    sample.tenant = operation.job->tenant;
  }
  buffer_.record(sample, loop_.clock().now());
}

void StoreMetrics::reused(const Reuse& reuse) {
  store::CacheHits hit{.day = to_rfc3339(loop_.clock().now()).substr(0, 10),
                       .tenant = reuse.job.tenant,
                       .project = reuse.job.project,
                       .pipeline = reuse.job.pipeline->name(),
                       .provider = std::string(reuse.provider),
                       .model = std::string(reuse.model),
                       .hits = 1,
                       .tokens_in = reuse.usage.input,
                       .tokens_out = reuse.usage.output,
                       .saved = reuse.saved};
  const auto known = std::ranges::find(cache_hits_, hit.subject(), &store::CacheHits::subject);
  if (known == cache_hits_.end()) return cache_hits_.push_back(std::move(hit));
  known->hits += hit.hits;
  known->tokens_in += hit.tokens_in;
  known->tokens_out += hit.tokens_out;
  known->saved += hit.saved;
}

void StoreMetrics::commit(Duration time) {
  const std::lock_guard lock(mutex_);
  commits_.record({.kind = "commit", .name = "commit", .outcome = "ok", .duration = time},
                  loop_.clock().now());
  ++unwritten_commits_;
  ++commit_count_;
  commit_longest_ = std::max(commit_longest_, time);
}

Task<void> StoreMetrics::flush() {
  std::vector<store::RollUp> rows = buffer_.take();
  std::vector<store::CacheHits> hits = std::exchange(cache_hits_, {});
  {
    const std::lock_guard lock(mutex_);
    // One commit alone is that of the last flush: to write it down would make another, for ever.
    if (rows.empty() && hits.empty() && unwritten_commits_ <= 1) co_return;
    unwritten_commits_ = 0;
    std::ranges::move(commits_.take(), std::back_inserter(rows));
  }
  auto change = [rows = std::move(rows),
                 hits = std::move(hits)](store::Database& database) -> Result<void> {
    store::add_metrics(database, rows);
    store::add_cache_hits(database, hits);
    return {};
  };
  const Result<void> written =
      co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
  if (!written) log_.warning("metrics were lost", {{"reason", written.error().message}});
}

Task<void> StoreMetrics::flush_for_ever(Duration interval) {
  while (true) {
    co_await loop_.sleep(interval);
    co_await flush();
  }
}

Task<void> StoreMetrics::sample(store::SystemSample sample) {
  const std::int64_t cpu = cpu_us();
  sample.cpu_us = cpu - std::exchange(cpu_before_us_, cpu);
  sample.memory_bytes = memory_bytes();
  sample.database_bytes = file_bytes(store_.path());
  sample.wal_bytes = file_bytes(store_.path() + "-wal");
  sample.disk_free_bytes = free_bytes(store_.path());
  {
    const std::lock_guard lock(mutex_);
    sample.commits = std::exchange(commit_count_, 0);
    sample.commit_us_max = std::exchange(commit_longest_, Duration{}).count();
  }
  auto change = [sample, now = loop_.clock().now()](store::Database& database) -> Result<void> {
    store::add_system_sample(database, sample, now);
    return {};
  };
  const Result<void> written =
      co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
  if (!written)
    log_.warning("a sample of the system was lost", {{"reason", written.error().message}});
}

}  // namespace docwright::daemon
