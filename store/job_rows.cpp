#include "store/job_rows.h"

#include "runtime/text.h"
#include "store/events.h"

namespace docwright::store {
namespace {

// NULL rather than an empty text.
std::optional<std::string_view> or_null(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

JobRow read(Statement& row) {
  JobRow job;
  job.row = row.integer(0);
  job.id = row.text(1);
  job.batch_id = row.text(2);
  job.state = state_named(row.text(3)).value();
  job.of = {row.integer(4), row.integer(5), row.integer(6)};
  job.attempt = static_cast<int>(row.integer(7));
  job.cancelling = row.integer(8) != 0;
  job.started = row.time(9);
  job.interrupted = row.integer(10) != 0;
  job.redoing = row.integer(11) != 0;
  job.redo_rounds = static_cast<int>(row.integer(12));
  job.deadline = row.time(13);
  job.redo_waits = row.integer(14) != 0;
  return job;
}

}  // namespace

std::vector<std::int64_t> integers(Statement query) {
  std::vector<std::int64_t> found;
  while (query.step()) found.push_back(query.integer(0));
  return found;
}

std::optional<JobRow> job_row(Database& database, std::int64_t row) {
  auto found = database.statement(
      "SELECT j.job, j.id, b.id, j.state, j.batch, j.lane, j.bytes, j.attempt, j.cancelling, "
      "j.started, j.run IS NOT NULL AND j.run < (SELECT max(run) FROM daemon_runs), "
      "j.redoing AND j.chunks_stored = j.chunks, j.redo_rounds, j.deadline, "
      "j.redo_at IS NOT NULL "
      "FROM jobs j JOIN batches b USING (batch) WHERE j.job = ?1");
  if (!found.bind(row).step()) return std::nullopt;
  return read(found);
}

std::optional<JobRow> running_job(Database& database, std::int64_t row, int attempt) {
  auto job = job_row(database, row);
  if (!job || job->state != State::running || job->attempt != attempt) return std::nullopt;
  return job;
}

void record_attempt(Database& database, const JobRow& job, std::string_view outcome,
                    std::string_view reason, std::string_view detail, Time now) {
  database
      .statement(
          "INSERT INTO attempts (job, attempt, started, ended, outcome, reason, detail) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(job.row, job.attempt, job.started, now, outcome, or_null(reason), or_null(detail))
      .run();
}

State end_job(Database& database, const JobRow& job, State asked_state,
              const std::optional<Error>& asked_error, Tally& tally, Time now) {
  const State final_state = job.redoing ? State::succeeded : asked_state;
  const std::optional<Error> error = job.redoing ? std::nullopt : asked_error;
  std::optional<Time> redo;
  const bool cancelled = job.cancelling || asked_state == State::cancelled;
  if (final_state == State::succeeded && !cancelled) redo = next_redo(database, job, now);
  std::optional<std::string_view> reason;
  std::optional<std::string_view> detail;
  std::optional<std::string_view> at;
  if (error) {
    reason = name(error->code);
    detail = error->message;
    at = or_null(error->at);
  } else if (final_state == State::failed) {
    reason = name(Code::internal);
  }
  database
      .statement(
          "UPDATE jobs SET state = ?2, run = NULL, wake = NULL, cancelling = 0, ended = ?3, "
          "reason = ?4, detail = ?5, at = ?6, redoing = 0, redo_at = ?7 WHERE job = ?1")
      .bind(job.row, name(final_state), now, reason, detail, at, redo)
      .run();
  tally.move(job.of, job.state, final_state);
  Json body = {{"event", name(final_state)}, {"batch", job.batch_id}};
  if (error) body["error"] = {{"code", name(error->code)}, {"message", error->message}};
  append_event(database, "job." + job.id, body, now);
  return final_state;
}

State end_cancelled(Database& database, const JobRow& job, Tally& tally, Time now) {
  record_attempt(database, job, name(State::cancelled), "", "", now);
  return end_job(database, job, State::cancelled, std::nullopt, tally, now);
}

void make_queued(Database& database, const JobRow& job, State from, Tally& tally) {
  database
      .statement(
          "UPDATE jobs SET state = 'queued', run = NULL, wake = NULL, ended = NULL, reason = NULL, "
          "detail = NULL, at = NULL, redo_at = NULL WHERE job = ?1")
      .bind(job.row)
      .run();
  tally.move(job.of, from, State::queued);
}

void tell_queued(Database& database, const JobRow& job, Time now) {
  append_event(database, "job." + job.id, {{"event", "queued"}, {"batch", job.batch_id}}, now);
}

void tell_waiting(Database& database, const JobRow& job, std::string_view reason,
                  std::string_view detail, std::optional<Time> wake, Time now) {
  Json body = {
      {"event", "waiting"}, {"batch", job.batch_id}, {"reason", reason}, {"detail", detail}};
  if (wake) body["until"] = to_rfc3339(*wake);
  append_event(database, "job." + job.id, body, now);
}

}  // namespace docwright::store
