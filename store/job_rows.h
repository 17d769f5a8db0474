// What every transition of a job is made of. Internal to store/: jobs*.cpp and documents.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/jobs.h"
#include "store/tally.h"

namespace docwright::store {

// The hot part of a job's row.
struct JobRow {
  std::int64_t row = 0;
  std::string id, batch_id;
  State state = State::queued;
  Tally::Of of;
  int attempt = 0;
  bool cancelling = false;
  bool interrupted = false;  // runs, but was claimed by a daemon that has ended
  bool redoing = false;      // only to have its fallbacks done again: every target has its document
  int redo_rounds = 0;
  bool redo_waits = false;  // succeeded, and its fallbacks are to be done again
  Time started{}, deadline{};
};

// The first column of every row. The query's values are bound.
std::vector<std::int64_t> integers(Statement query);

std::optional<JobRow> job_row(Database& database, std::int64_t row);
// The same, if it runs in this attempt: the fence.
std::optional<JobRow> running_job(Database& database, std::int64_t row, int attempt);

// The attempt that the row is in, with how it ended.
void record_attempt(Database& database, const JobRow& job, std::string_view outcome,
                    std::string_view reason, std::string_view detail, Time now);
// Any open state -> a final one, which is returned; tells job.<id>. The caller writes the tally. A
// job that only had its fallbacks done again has succeeded, however that ends; unless it is
// cancelled, what fallbacks are left are done again later.
State end_job(Database& database, const JobRow& job, State final_state,
              const std::optional<Error>& error, Tally& tally, Time now);
// Ends the attempt that the row is in and the job as cancelled.
State end_cancelled(Database& database, const JobRow& job, Tally& tally, Time now);
void make_queued(Database& database, const JobRow& job, State from, Tally& tally);
// Jobs that ran when a daemon ended -> queued, at most `limit` of them. Returns how many moved.
int queue_interrupted(Database& database, Time now, int limit);
void tell_queued(Database& database, const JobRow& job, Time now);
void tell_waiting(Database& database, const JobRow& job, std::string_view reason,
                  std::string_view detail, std::optional<Time> wake, Time now);

// Fallbacks: documents of the job that a local provider wrote in place of a model, which no other
// job has written anew since.
bool has_fallbacks(Database& database, std::int64_t row);
// When they are to be done again, if the job ends now; nothing: never by itself, there are none,
// its deadline comes first, or all that the attempt brought are calls of unknown outcome, which
// stay charged.
std::optional<Time> next_redo(Database& database, const JobRow& job, Time now);
// Succeeded jobs whose time that is -> queued, at most `limit` of them. Returns how many it looked
// at.
int queue_redos(Database& database, Time now, int limit);

}  // namespace docwright::store
