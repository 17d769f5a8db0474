#include <fmt/core.h>

#include "runtime/text.h"
#include "store/events.h"
#include "store/job_rows.h"
#include "store/pauses.h"

namespace docwright::store {
namespace {

int queue_all(Database& database, const std::vector<std::int64_t>& rows, Time now) {
  Tally tally;
  for (const std::int64_t row : rows) {
    make_queued(database, job_row(database, row).value(), State::waiting, tally);
  }
  tally.write(database, now);
  return static_cast<int>(rows.size());
}

std::vector<std::int64_t> due_rows(Database& database, Time now, int limit) {
  auto query = database.statement(
      "SELECT job FROM jobs WHERE state = 'waiting' AND wake IS NOT NULL AND wake <= ?1 "
      "ORDER BY wake LIMIT ?2");
  query.bind(now, limit);
  return integers(std::move(query));
}

std::vector<std::int64_t> overdue_rows(Database& database, Time now, int limit) {
  auto query = database.statement(
      "SELECT job FROM jobs WHERE state IN ('queued', 'waiting') AND deadline <= ?1 "
      "ORDER BY deadline LIMIT ?2");
  query.bind(now, limit);
  return integers(std::move(query));
}

// What the job has waited for in vain.
Error overdue(Database& database, std::int64_t row) {
  auto job = database.statement("SELECT state, reason, detail, deadline FROM jobs WHERE job = ?1");
  job.bind(row).step();
  const std::string waited_for = job.text(0) == "waiting"
                                     ? fmt::format("for {} ({})", job.text(1), job.text(2))
                                     : std::string("in the queue");
  return Error{Code::timeout, fmt::format("its deadline, {}, passed while it waited {}: retry it, "
                                          "or submit it with a longer deadline",
                                          to_rfc3339(job.time(3)), waited_for)};
}

void end_overdue(Database& database, const std::vector<std::int64_t>& rows, Time now) {
  Tally tally;
  for (const std::int64_t row : rows) {
    end_job(database, job_row(database, row).value(), State::failed, overdue(database, row), tally,
            now);
  }
  tally.write(database, now);
}

std::optional<Time> next_wake(Database& database) {
  auto wake = database.statement(
      "SELECT min(moment) FROM ("
      "SELECT min(wake) AS moment FROM jobs WHERE state = 'waiting' AND wake IS NOT NULL "
      "UNION ALL SELECT min(deadline) FROM jobs WHERE state IN ('queued', 'waiting') "
      "UNION ALL SELECT min(redo_at) FROM jobs WHERE redo_at IS NOT NULL)");
  wake.step();
  return wake.optional_time(0);
}

}  // namespace

Woken wake_due(Database& database, Time now, int limit) {
  // Under a pause of everything nobody takes up what ran when a daemon ended: it goes on in the
  // queue, where its deadline is watched.
  const int put_back = is_paused(database, "") ? queue_interrupted(database, now, limit) : 0;
  const auto late = overdue_rows(database, now, limit);
  end_overdue(database, late, now);
  const auto due = due_rows(database, now, limit);
  queue_all(database, due, now);
  const int redone = queue_redos(database, now, limit);
  return {put_back + redone + static_cast<int>(late.size() + due.size()), next_wake(database)};
}

int wake_waiting(Database& database, std::string_view reason, std::string_view pipeline, Time now,
                 int limit) {
  auto query = database.statement(
      "SELECT job FROM jobs JOIN lanes USING (lane) WHERE state = 'waiting' AND reason = ?1 "
      "AND (?2 = '' OR pipeline = ?2) ORDER BY job LIMIT ?3");
  query.bind(reason, pipeline, limit);
  return queue_all(database, integers(std::move(query)), now);
}

Change cancel(Database& database, const std::vector<std::int64_t>& rows, Time now) {
  Change change;
  Tally tally;
  for (const std::int64_t row : rows) {
    const auto job = job_row(database, row);
    if (!job) continue;
    switch (job->state) {
      case State::queued:
      case State::waiting:
        change.jobs.push_back(
            {job->id, end_job(database, *job, State::cancelled, std::nullopt, tally, now), true});
        break;
      case State::running:
        if (job->interrupted) {
          change.jobs.push_back({job->id, end_cancelled(database, *job, tally, now), true});
          break;
        }
        database.statement("UPDATE jobs SET cancelling = 1 WHERE job = ?1").bind(row).run();
        change.jobs.push_back({job->id, State::running, !job->cancelling});
        change.running.push_back({row, job->attempt});
        break;
      default:
        if (job->redo_waits)
          database.statement("UPDATE jobs SET redo_at = NULL WHERE job = ?1").bind(row).run();
        change.jobs.push_back({job->id, job->state, job->redo_waits});
    }
  }
  tally.write(database, now);
  return change;
}

Change retry(Database& database, const std::vector<std::int64_t>& rows, bool failed_only,
             Time now) {
  Change change;
  Tally tally;
  for (const std::int64_t row : rows) {
    const auto job = job_row(database, row);
    if (!job) continue;
    const bool redo = has_fallbacks(database, row);
    const bool again =
        job->state == State::failed || (!failed_only && (job->state == State::cancelled ||
                                                         (job->state == State::succeeded && redo)));
    if (again) {
      make_queued(database, *job, job->state, tally);
      database
          .statement(
              "UPDATE jobs SET retries = retries + 1, deadline = ?2 + allowed, redoing = ?3, "
              "redo_rounds = 0 WHERE job = ?1")
          .bind(row, now, redo)
          .run();
      tell_queued(database, *job, now);
    }
    change.jobs.push_back({job->id, again ? State::queued : job->state, again});
  }
  tally.write(database, now);
  return change;
}

}  // namespace docwright::store
