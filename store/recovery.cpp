#include "store/recovery.h"

namespace docwright::store {
namespace {

struct Former {
  std::int64_t run = 0;
  bool ended = true;
};

Former former_run(Database& database) {
  auto row = database.statement(
      "SELECT run, ended IS NOT NULL FROM daemon_runs ORDER BY run DESC LIMIT 1");
  if (!row.step()) return {};
  return {row.integer(0), row.integer(1) != 0};
}

// Nobody is left who could hear the answers of these calls: they stay charged at their bounds.
void settle_intents(Database& database, Time now) {
  database
      .statement(
          "UPDATE budget_windows SET "
          "reserved_nusd = reserved_nusd - sums.nusd, unknown_nusd = unknown_nusd + sums.nusd, "
          "reserved_tokens = reserved_tokens - sums.tokens, "
          "unknown_tokens = unknown_tokens + sums.tokens FROM ("
          "SELECT budget, start, sum(bound_nusd) AS nusd, sum(bound_tokens) AS tokens "
          "FROM call_journal JOIN reservations USING (call) WHERE state = 'intent' "
          "GROUP BY budget, start) AS sums "
          "WHERE budget_windows.budget = sums.budget AND budget_windows.start = sums.start")
      .run();
  database
      .statement(
          "UPDATE jobs SET calls = jobs.calls + sums.calls, "
          "calls_unknown = calls_unknown + sums.calls, "
          "charged_nusd = charged_nusd + sums.nusd FROM ("
          "SELECT job, count(*) AS calls, sum(bound_nusd) AS nusd FROM call_journal "
          "WHERE state = 'intent' GROUP BY job) AS sums WHERE jobs.job = sums.job")
      .run();
  database
      .statement(
          "UPDATE call_journal SET state = 'unknown', ended = ?1, charged_nusd = bound_nusd, "
          "charged_tokens = bound_tokens, error_class = 'network', "
          "error = 'the daemon ended while the call was in flight' WHERE state = 'intent'")
      .bind(now)
      .run();
}

}  // namespace

Recovered begin_run(Database& database, std::string_view version, Time now) {
  const Former former = former_run(database);
  Recovered recovered;
  recovered.run = former.run + 1;
  recovered.unclean = !former.ended;
  {
    auto calls = database.statement(
        "SELECT count(*), coalesce(sum(bound_nusd), 0) FROM call_journal WHERE state = 'intent'");
    calls.step();
    recovered.unknown_calls = calls.integer(0);
    recovered.unknown_nusd = calls.integer(1);
    auto running = database.statement("SELECT jobs FROM state_counts WHERE state = 'running'");
    running.step();
    recovered.running_jobs = running.integer(0);
  }
  if (recovered.unknown_calls > 0) {
    settle_intents(database, now);
    database
        .statement(
            "UPDATE totals SET calls = calls + ?1, calls_unknown = calls_unknown + ?1, "
            "charged_nusd = charged_nusd + ?2")
        .bind(recovered.unknown_calls, recovered.unknown_nusd)
        .run();
  }
  database.statement("INSERT INTO daemon_runs (run, version, started) VALUES (?1, ?2, ?3)")
      .bind(recovered.run, version, now)
      .run();
  return recovered;
}

void end_run(Database& database, Time now) {
  database
      .statement("UPDATE daemon_runs SET ended = ?1 WHERE run = (SELECT max(run) FROM daemon_runs)")
      .bind(now)
      .run();
}

}  // namespace docwright::store
