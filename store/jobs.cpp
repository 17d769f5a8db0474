#include "store/jobs.h"

#include <fmt/core.h>

#include <array>

#include "store/job_rows.h"

namespace docwright::store {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"queued",    "running", "waiting",
                                                    "succeeded", "failed",  "cancelled"};

// Every move that a job can make; rows are where it comes from, columns where it goes to.
constexpr bool kMoves[6][6] = {
    // queued running waiting succeeded failed cancelled
    {false, true, false, true, true, true},     // queued
    {true, false, true, true, true, true},      // running
    {true, false, false, true, true, true},     // waiting
    {true, false, false, false, false, false},  // succeeded
    {true, false, false, false, false, false},  // failed
    {true, false, false, false, false, false},  // cancelled
};

std::unexpected<Error> not_running(std::int64_t row, int attempt) {
  return fail(Code::conflict,
              fmt::format("job {} is not running in attempt {} any more", row, attempt));
}

}  // namespace

std::string_view name(State state) {
  return kNames[static_cast<std::size_t>(state)];
}

std::optional<State> state_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<State>(i);
  }
  return std::nullopt;
}

bool can_move(State from, State to) {
  return kMoves[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

Result<State> finish(Database& database, std::int64_t row, int attempt, State final_state,
                     const std::optional<Error>& error, Time now) {
  const auto job = running_job(database, row, attempt);
  if (!job) return not_running(row, attempt);
  record_attempt(database, *job, name(final_state), error ? name(error->code) : "",
                 error ? error->message : "", now);
  Tally tally;
  const State reached = end_job(database, *job, final_state, error, tally, now);
  tally.write(database, now);
  return reached;
}

Result<State> park(Database& database, std::int64_t row, int attempt, std::string_view reason,
                   std::string_view detail, std::optional<Time> wake, Time now) {
  const auto job = running_job(database, row, attempt);
  if (!job) return not_running(row, attempt);
  Tally tally;
  State reached = State::waiting;
  if (job->cancelling) {
    reached = end_cancelled(database, *job, tally, now);
  } else {
    record_attempt(database, *job, "parked", reason, detail, now);
    database
        .statement(
            "UPDATE jobs SET state = 'waiting', run = NULL, wake = ?2, reason = ?3, detail = ?4 "
            "WHERE job = ?1")
        .bind(row, wake, reason, detail)
        .run();
    tally.move(job->of, State::running, State::waiting);
    tell_waiting(database, *job, reason, detail, wake, now);
  }
  tally.write(database, now);
  return reached;
}

Result<State> release(Database& database, std::int64_t row, int attempt, Time now) {
  const auto job = running_job(database, row, attempt);
  if (!job) return not_running(row, attempt);
  Tally tally;
  State reached = State::queued;
  if (job->cancelling) {
    reached = end_cancelled(database, *job, tally, now);
  } else {
    record_attempt(database, *job, "released", "", "", now);
    make_queued(database, *job, State::running, tally);
  }
  tally.write(database, now);
  return reached;
}

}  // namespace docwright::store
