#include "store/job_status.h"

#include <fmt/core.h>

#include <numeric>

#include "store/cursor.h"
#include "store/job_rows.h"
#include "store/job_select.h"

namespace docwright::store {
namespace {

// Up to two ids with this prefix: one is the answer, two are one too many. '~' sorts after every
// character of an id.
Result<std::int64_t> by_prefix(Statement row, std::string_view prefix, std::string_view what) {
  const std::string end = std::string(prefix) + "~";
  row.bind(prefix, end);
  if (prefix.empty() || !row.step()) {
    return fail(Code::not_found, fmt::format("there is no {} '{}'", what, prefix));
  }
  const std::int64_t found = row.integer(0);
  const bool exact = row.text(1) == prefix;
  if (!exact && row.step()) {
    return fail(Code::invalid_request,
                fmt::format("several {} ids begin with '{}': give more of it",
                            what == "batch" ? "batch" : "job", prefix));
  }
  return found;
}

Summary read_summary(Statement& row) {
  Summary summary;
  row.step();
  for (int state = 0; state < 6; ++state) {
    summary.states.jobs[static_cast<std::size_t>(state)] = row.integer(state);
  }
  summary.jobs = summary.states.all();
  summary.progress = read_progress(row, 6);
  return summary;
}

}  // namespace

std::int64_t StateCounts::all() const {
  return std::accumulate(jobs.begin(), jobs.end(), std::int64_t{0});
}

Result<std::int64_t> find_job(Database& database, std::string_view id_or_prefix) {
  return by_prefix(
      database.statement("SELECT job, id FROM jobs WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2"),
      id_or_prefix, "job");
}

Result<std::int64_t> find_batch(Database& database, std::string_view id_or_prefix) {
  return by_prefix(
      database.statement(
          "SELECT batch, id FROM batches WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2"),
      id_or_prefix, "batch");
}

std::string batch_id(Database& database, std::int64_t batch) {
  auto row = database.statement("SELECT id FROM batches WHERE batch = ?1");
  return row.bind(batch).step() ? std::string(row.text(0)) : std::string();
}

std::string model_asked(Database& database, std::int64_t row) {
  auto call = database.statement(
      "SELECT model FROM call_journal WHERE job = ?1 ORDER BY call DESC LIMIT 1");
  return call.bind(row).step() ? std::string(call.text(0)) : std::string();
}

std::vector<Attempt> attempts(Database& database, std::int64_t row) {
  std::vector<Attempt> found;
  auto query = database.statement(
      "SELECT attempt, started, ended, outcome, reason, detail FROM attempts WHERE job = ?1 "
      "ORDER BY attempt");
  query.bind(row);
  while (query.step()) {
    found.push_back({static_cast<int>(query.integer(0)), query.time(1), query.time(2),
                     std::string(query.text(3)), query.optional_text(4).value_or(""),
                     query.optional_text(5).value_or("")});
  }
  return found;
}

std::vector<std::int64_t> open_jobs(Database& database, int limit) {
  auto query = database.statement(
      "SELECT job FROM jobs WHERE state = 'queued' UNION ALL "
      "SELECT job FROM jobs WHERE state = 'waiting' UNION ALL "
      "SELECT job FROM jobs WHERE state = 'running' UNION ALL "
      "SELECT job FROM jobs WHERE redo_at IS NOT NULL LIMIT ?1");
  query.bind(limit);
  return integers(std::move(query));
}

std::vector<std::int64_t> jobs_of_batch(Database& database, std::int64_t batch,
                                        const std::vector<State>& states) {
  std::vector<std::int64_t> rows;
  auto query = database.statement("SELECT job, state FROM jobs WHERE batch = ?1 ORDER BY job");
  query.bind(batch);
  while (query.step()) {
    const State state = state_named(query.text(1)).value();
    if (states.empty() || std::ranges::find(states, state) != states.end())
      rows.push_back(query.integer(0));
  }
  return rows;
}

std::vector<std::int64_t> fallback_jobs(Database& database, std::int64_t batch) {
  auto query = database.statement(
      "SELECT DISTINCT j.job FROM jobs j JOIN document_rows d USING (job) "
      "WHERE j.batch = ?1 AND j.state = 'succeeded' AND d.fallback = 1 AND d.latest = 1 "
      "ORDER BY j.job");
  query.bind(batch);
  return integers(std::move(query));
}

std::vector<std::int64_t> redo_jobs(Database& database, std::int64_t batch) {
  auto query = database.statement(
      "SELECT job FROM jobs WHERE batch = ?1 AND redo_at IS NOT NULL ORDER BY job");
  query.bind(batch);
  return integers(std::move(query));
}

Summary summary_of_batch(Database& database, std::int64_t batch) {
  auto row = database.statement(
      "SELECT b.queued, b.running, b.waiting, b.succeeded, b.failed, b.cancelled, "
      "coalesce(sum(chunks), 0), coalesce(sum(chunks_stored), 0), coalesce(sum(documents), 0), "
      "coalesce(sum(flagged), 0), (SELECT count(*) FROM document_rows d JOIN jobs k USING (job) "
      "WHERE k.batch = ?1 AND d.fallback = 1 AND d.latest = 1), "
      "coalesce(sum(calls), 0), coalesce(sum(calls_unknown), 0), "
      "coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(charged_nusd), 0) "
      "FROM batches b LEFT JOIN jobs j USING (batch) WHERE b.batch = ?1 GROUP BY b.batch");
  row.bind(batch);
  return read_summary(row);
}

Summary summary_of_jobs(Database& database, const std::vector<std::int64_t>& rows) {
  const std::string list = Json(rows).dump();
  auto row = database.statement(
      "SELECT coalesce(sum(state = 'queued'), 0), coalesce(sum(state = 'running'), 0), "
      "coalesce(sum(state = 'waiting'), 0), coalesce(sum(state = 'succeeded'), 0), "
      "coalesce(sum(state = 'failed'), 0), coalesce(sum(state = 'cancelled'), 0), "
      "coalesce(sum(chunks), 0), coalesce(sum(chunks_stored), 0), coalesce(sum(documents), 0), "
      "coalesce(sum(flagged), 0), (SELECT count(*) FROM document_rows d WHERE d.job IN "
      "(SELECT value FROM json_each(?1)) AND d.fallback = 1 AND d.latest = 1), "
      "coalesce(sum(calls), 0), coalesce(sum(calls_unknown), 0), "
      "coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(charged_nusd), 0) "
      "FROM jobs WHERE job IN (SELECT value FROM json_each(?1))");
  row.bind(list);
  return read_summary(row);
}

bool batch_done(Database& database, std::int64_t batch) {
  auto row =
      database.statement("SELECT queued + running + waiting = 0 FROM batches WHERE batch = ?1");
  return row.bind(batch).step() && row.integer(0) != 0;
}

QueueStats queue_stats(Database& database) {
  QueueStats stats;
  auto state = database.statement("SELECT state, jobs, bytes FROM state_counts");
  while (state.step()) {
    const State which = state_named(state.text(0)).value();
    stats.states.jobs[static_cast<std::size_t>(which)] = state.integer(1);
    if (which == State::queued || which == State::running || which == State::waiting) {
      stats.queue_bytes += state.integer(2);
    }
  }
  stats.queue_jobs = stats.states.open();
  auto lane = database.statement(
      "SELECT t.name, l.pipeline, l.queued FROM lanes l JOIN tenants t USING (tenant) "
      "WHERE l.queued > 0 ORDER BY t.name, l.pipeline");
  while (lane.step()) {
    stats.lanes.push_back({std::string(lane.text(0)), std::string(lane.text(1)), lane.integer(2)});
  }
  return stats;
}

Totals totals(Database& database) {
  auto row = database.statement(
      "SELECT documents, flagged, calls, calls_unknown, tokens_in, tokens_out, charged_nusd, "
      "rejects FROM totals");
  row.step();
  return {row.integer(0), row.integer(1), row.integer(2), row.integer(3),
          row.integer(4), row.integer(5), row.integer(6), row.integer(7)};
}

}  // namespace docwright::store
