#include <algorithm>

#include "store/events.h"
#include "store/job_rows.h"

namespace docwright::store {
namespace {

// A model that was down for a moment is asked soon; one that is down for a day is not asked all
// day.
constexpr Duration kFirstRedo = std::chrono::minutes(10);
constexpr Duration kRedoMost = std::chrono::hours(4);
constexpr int kDoublings = 5;

// The next round would most likely cost the same, for as little.
bool was_in_vain(Database& database, const JobRow& job) {
  if (!job.redoing) return false;
  auto calls = database.statement(
      "SELECT coalesce(max(state = 'unknown') > max(state = 'answered'), 0) FROM call_journal "
      "WHERE job = ?1 AND job_attempt = ?2");
  return calls.bind(job.row, job.attempt).step() && calls.integer(0) != 0;
}

}  // namespace

bool has_fallbacks(Database& database, std::int64_t row) {
  auto found = database.statement(
      "SELECT 1 FROM document_rows WHERE job = ?1 AND fallback = 1 AND latest = 1");
  return found.bind(row).step();
}

std::optional<Time> next_redo(Database& database, const JobRow& job, Time now) {
  if (!has_fallbacks(database, job.row) || was_in_vain(database, job)) return std::nullopt;
  const Duration pause =
      std::min(kRedoMost, kFirstRedo * (1 << std::min(job.redo_rounds, kDoublings)));
  if (now + pause >= job.deadline) return std::nullopt;
  return now + pause;
}

int queue_redos(Database& database, Time now, int limit) {
  auto due = database.statement(
      "SELECT job FROM jobs WHERE redo_at IS NOT NULL AND redo_at <= ?1 ORDER BY redo_at LIMIT ?2");
  due.bind(now, limit);
  const std::vector<std::int64_t> rows = integers(std::move(due));
  Tally tally;
  for (const std::int64_t row : rows) {
    const JobRow job = job_row(database, row).value();
    // Another job may have documented the same symbols since.
    if (!has_fallbacks(database, row)) {
      database.statement("UPDATE jobs SET redo_at = NULL WHERE job = ?1").bind(row).run();
      continue;
    }
    make_queued(database, job, State::succeeded, tally);
    database.statement("UPDATE jobs SET redoing = 1, redo_rounds = redo_rounds + 1 WHERE job = ?1")
        .bind(row)
        .run();
    tell_queued(database, job, now);
  }
  tally.write(database, now);
  return static_cast<int>(rows.size());
}

}  // namespace docwright::store
