#include "store/retention.h"

#include "store/job_rows.h"

namespace docwright::store {
namespace {

// The latest moment that is forgotten; none: nothing is.
std::optional<Time> before(Duration keep, Time now) {
  if (keep <= Duration::zero()) return std::nullopt;
  return now - keep;
}

// Each deletes what is older than ?1, at most ?2 rows of it. The last event stays: its number is
// the clients' place.
constexpr std::string_view kOldEvents =
    "DELETE FROM events WHERE seq IN (SELECT seq FROM events "
    "WHERE seq < (SELECT max(seq) FROM events) ORDER BY seq LIMIT ?2) AND at < ?1";
constexpr std::string_view kOldRejects =
    "DELETE FROM reject_rows WHERE reject IN "
    "(SELECT reject FROM reject_rows ORDER BY reject LIMIT ?2) AND at < ?1";
constexpr std::string_view kOldMetrics =
    "DELETE FROM metrics_minute WHERE (minute, kind, name, outcome, pipeline, provider, model, "
    "tenant) IN (SELECT minute, kind, name, outcome, pipeline, provider, model, tenant "
    "FROM metrics_minute WHERE minute < ?1 LIMIT ?2)";
constexpr std::string_view kOldSystemSamples =
    "DELETE FROM system_minute WHERE minute IN "
    "(SELECT minute FROM system_minute WHERE minute < ?1 LIMIT ?2)";

std::int64_t forget_rows(Database& database, std::string_view sql, Time until, int limit) {
  database.statement(sql).bind(until, limit).run();
  return database.changes();
}

std::vector<std::int64_t> old_jobs(Database& database, Time until, int limit) {
  auto jobs = database.statement(
      "SELECT job FROM jobs WHERE ended IS NOT NULL AND ended < ?1 ORDER BY ended LIMIT ?2");
  jobs.bind(until, limit);
  return integers(std::move(jobs));
}

// What the job's calls cost stays known: by the day, and in the windows of its budgets.
void keep_costs(Database& database, std::int64_t job) {
  database
      .statement(
          "INSERT INTO call_days SELECT strftime('%Y-%m-%d', c.created / 1e6, 'unixepoch'), "
          "t.name, p.name, l.pipeline, c.provider, c.model, count(*), sum(c.state = 'answered'), "
          "sum(c.state = 'failed'), sum(c.state = 'unknown'), coalesce(sum(c.tokens_in), 0), "
          "coalesce(sum(c.tokens_cached), 0), coalesce(sum(c.tokens_out), 0), "
          "sum(c.charged_nusd) FROM call_journal c JOIN jobs j USING (job) "
          "JOIN tenants t ON t.tenant = c.tenant JOIN projects p ON p.project = j.project "
          "JOIN lanes l ON l.lane = j.lane WHERE c.job = ?1 GROUP BY 1, 2, 3, 4, 5, 6 "
          "ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, "
          "answered = answered + excluded.answered, failed = failed + excluded.failed, "
          "unknown = unknown + excluded.unknown, tokens_in = tokens_in + excluded.tokens_in, "
          "tokens_cached = tokens_cached + excluded.tokens_cached, "
          "tokens_out = tokens_out + excluded.tokens_out, "
          "charged_nusd = charged_nusd + excluded.charged_nusd")
      .bind(job)
      .run();
  database
      .statement(
          "UPDATE budget_windows SET pruned_settled_nusd = pruned_settled_nusd + sums.settled, "
          "pruned_unknown_nusd = pruned_unknown_nusd + sums.unknown, "
          "pruned_settled_tokens = pruned_settled_tokens + sums.settled_tokens, "
          "pruned_unknown_tokens = pruned_unknown_tokens + sums.unknown_tokens FROM ("
          "SELECT budget, start, sum(iif(state = 'answered', charged_nusd, 0)) AS settled, "
          "sum(iif(state = 'unknown', charged_nusd, 0)) AS unknown, "
          "sum(iif(state = 'answered', charged_tokens, 0)) AS settled_tokens, "
          "sum(iif(state = 'unknown', charged_tokens, 0)) AS unknown_tokens "
          "FROM call_journal JOIN reservations USING (call) WHERE job = ?1 "
          "GROUP BY budget, start) AS sums "
          "WHERE budget_windows.budget = sums.budget AND budget_windows.start = sums.start")
      .bind(job)
      .run();
}

// A job whose call is still in flight is not forgotten: its answer is on its way.
bool has_call_in_flight(Database& database, std::int64_t job) {
  auto row =
      database.statement("SELECT 1 FROM call_journal WHERE job = ?1 AND state = 'intent' LIMIT 1");
  return row.bind(job).step();
}

std::vector<std::int64_t> answers_of(Database& database, std::int64_t job) {
  auto answers = database.statement(
      "SELECT DISTINCT answer FROM call_journal WHERE job = ?1 AND answer IS NOT NULL");
  answers.bind(job);
  return integers(std::move(answers));
}

std::int64_t source_of(Database& database, std::int64_t job) {
  auto row = database.statement("SELECT source FROM jobs WHERE job = ?1");
  row.bind(job).step();
  return row.integer(0);
}

void forget_if_unused(Database& database, std::int64_t source, std::int64_t batch,
                      const std::vector<std::int64_t>& answers) {
  database
      .statement(
          "DELETE FROM sources WHERE source = ?1 "
          "AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.source = ?1)")
      .bind(source)
      .run();
  database
      .statement(
          "DELETE FROM batches WHERE batch = ?1 "
          "AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.batch = ?1)")
      .bind(batch)
      .run();
  for (const std::int64_t answer : answers) {
    database
        .statement(
            "DELETE FROM answers WHERE answer = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM call_journal c WHERE c.answer = ?1)")
        .bind(answer)
        .run();
  }
}

// Everything that belongs to the job goes with its row, and what only it referred to. Its latest
// documents stay, without it.
bool forget_job(Database& database, std::int64_t row, Time now) {
  if (has_call_in_flight(database, row)) return false;
  const JobRow job = job_row(database, row).value();
  const auto answers = answers_of(database, row);
  const std::int64_t source = source_of(database, row);
  keep_costs(database, row);
  database.statement("DELETE FROM document_rows WHERE job = ?1 AND latest = 0").bind(row).run();
  database.statement("DELETE FROM jobs WHERE job = ?1").bind(row).run();
  Tally tally;
  tally.forget(job.of, job.state);
  tally.write(database, now);
  forget_if_unused(database, source, job.of.batch, answers);
  return true;
}

std::int64_t forget_jobs(Database& database, Time until, Time now, int limit) {
  std::int64_t forgotten = 0;
  for (const std::int64_t row : old_jobs(database, until, limit)) {
    forgotten += static_cast<int>(forget_job(database, row, now));
  }
  return forgotten;
}

void give_pages_back(Database& database) {
  auto pages = database.statement("PRAGMA incremental_vacuum(256)");
  while (pages.step()) {
  }
}

}  // namespace

Pruned prune(Database& database, const Retention& retention, Time now, int limit) {
  Pruned pruned;
  const auto add = [&](std::int64_t rows) {
    pruned.rows += rows;
    pruned.more = pruned.more || rows >= limit;
  };
  const auto forget = [&](Duration keep, std::string_view sql) {
    if (const auto until = before(keep, now)) add(forget_rows(database, sql, *until, limit));
  };
  if (const auto until = before(retention.jobs, now))
    add(forget_jobs(database, *until, now, limit));
  forget(retention.events, kOldEvents);
  forget(retention.rejects, kOldRejects);
  forget(retention.metrics, kOldMetrics);
  forget(retention.metrics, kOldSystemSamples);
  if (pruned.rows > 0) give_pages_back(database);
  return pruned;
}

}  // namespace docwright::store
