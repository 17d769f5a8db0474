#include "store/metrics.h"

#include <tuple>

namespace docwright::store {
namespace {

using Key = std::tuple<Time, std::string, std::string, std::string, std::string, std::string,
                       std::string, std::string>;
using View = std::tuple<Time, std::string_view, std::string_view, std::string_view,
                        std::string_view, std::string_view, std::string_view, std::string_view>;

struct Less {
  using is_transparent = void;
  bool operator()(const auto& a, const auto& b) const { return a < b; }
};

Time minute_of(Time now) {
  return std::chrono::floor<std::chrono::minutes>(now);
}

}  // namespace

struct MetricsBuffer::Rows {
  std::size_t kinds_max;
  std::map<Key, RollUp, Less> by_key;
};

MetricsBuffer::MetricsBuffer(std::size_t kinds_max) : rows_(new Rows{kinds_max, {}}) {}
MetricsBuffer::~MetricsBuffer() = default;

void MetricsBuffer::record(const OperationSample& sample, Time now) {
  View key(minute_of(now), sample.kind, sample.name, sample.outcome, sample.pipeline,
           sample.provider, sample.model, sample.tenant);
  auto row = rows_->by_key.find(key);
  if (row == rows_->by_key.end() && rows_->by_key.size() >= rows_->kinds_max) {
    key = View(minute_of(now), sample.kind, "other", sample.outcome, "", "", "", "");
    row = rows_->by_key.find(key);
  }
  if (row == rows_->by_key.end()) {
    row = rows_->by_key.emplace(Key(key), RollUp{}).first;
    RollUp& made = row->second;
    std::tie(made.minute, made.kind, made.name, made.outcome, made.pipeline, made.provider,
             made.model, made.tenant) = row->first;
  }
  RollUp& sums = row->second;
  ++sums.count;
  sums.duration += sample.duration;
  sums.duration_max = std::max(sums.duration_max, sample.duration);
  sums.tokens_in += sample.tokens_in;
  sums.tokens_out += sample.tokens_out;
  sums.cost += sample.cost;
}

std::vector<RollUp> MetricsBuffer::take() {
  std::vector<RollUp> taken;
  taken.reserve(rows_->by_key.size());
  for (auto& [key, row] : rows_->by_key) taken.push_back(std::move(row));
  rows_->by_key.clear();
  return taken;
}

bool MetricsBuffer::empty() const {
  return rows_->by_key.empty();
}

void add_metrics(Database& database, const std::vector<RollUp>& rows) {
  for (const RollUp& row : rows) {
    database
        .statement(
            "INSERT INTO metrics_minute VALUES "
            "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
            "ON CONFLICT DO UPDATE SET count = count + excluded.count, "
            "duration = duration + excluded.duration, "
            "duration_max = max(duration_max, excluded.duration_max), "
            "tokens_in = tokens_in + excluded.tokens_in, "
            "tokens_out = tokens_out + excluded.tokens_out, "
            "cost_nusd = cost_nusd + excluded.cost_nusd")
        .bind(row.minute, row.kind, row.name, row.outcome, row.pipeline, row.provider, row.model,
              row.tenant, row.count, static_cast<std::int64_t>(row.duration.count()),
              static_cast<std::int64_t>(row.duration_max.count()), row.tokens_in, row.tokens_out,
              row.cost)
        .run();
  }
}

void add_system_sample(Database& database, const SystemSample& sample, Time now) {
  database
      .statement(
          "INSERT INTO system_minute VALUES "
          "(?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
          "ON CONFLICT DO UPDATE SET samples = samples + 1, cpu = cpu + excluded.cpu, "
          "memory_bytes = max(memory_bytes, excluded.memory_bytes), "
          "database_bytes = max(database_bytes, excluded.database_bytes), "
          "wal_bytes = max(wal_bytes, excluded.wal_bytes), "
          "disk_free_bytes = min(disk_free_bytes, excluded.disk_free_bytes), "
          "queued = max(queued, excluded.queued), running = max(running, excluded.running), "
          "waiting = max(waiting, excluded.waiting), "
          "calls_in_flight = max(calls_in_flight, excluded.calls_in_flight), "
          "writer_queued = max(writer_queued, excluded.writer_queued), "
          "connections = max(connections, excluded.connections), "
          "loop_lag = max(loop_lag, excluded.loop_lag), commits = commits + excluded.commits, "
          "commit_max = max(commit_max, excluded.commit_max)")
      .bind(minute_of(now), sample.cpu_us, sample.memory_bytes, sample.database_bytes,
            sample.wal_bytes, sample.disk_free_bytes, sample.queued, sample.running, sample.waiting,
            sample.calls_in_flight, sample.writer_queued, sample.connections, sample.loop_lag_us,
            sample.commits, sample.commit_us_max)
      .run();
}

}  // namespace docwright::store
