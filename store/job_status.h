// Questions about jobs and batches: for status, list, wait and stats. Read-only; any connection.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/error.h"
#include "store/database.h"
#include "store/jobs.h"
#include "tokens/money.h"

namespace docwright::store {

struct StateCounts {
  std::array<std::int64_t, 6> jobs{};  // by State
  std::int64_t of(State state) const { return jobs[static_cast<std::size_t>(state)]; }
  std::int64_t open() const { return of(State::queued) + of(State::running) + of(State::waiting); }
  std::int64_t all() const;
};

struct Progress {
  std::int64_t chunks = 0, chunks_stored = 0;
  std::int64_t documents = 0, flagged = 0;
  std::int64_t fallbacks = 0;  // of the documents: in place of a model's, until one can be asked
  std::int64_t calls = 0, calls_unknown = 0;
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd charged = 0;  // settled, and unknown calls at their bound
};

struct JobStatus {
  std::int64_t row = 0;
  std::string id, batch, key, tenant, project, path, pipeline, model;
  State state = State::queued;
  std::string reason, detail;  // of waiting
  std::optional<Time> wake;    // of waiting
  std::optional<Error> error;  // of failed
  int priority = 0;
  int attempt = 0;
  bool cancel_requested = false;
  Time created{}, deadline{};
  std::optional<Time> started, ended;  // started: the current or last attempt
  std::optional<Time> redo_at;         // of succeeded: when its fallbacks are done again
  Progress progress;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string traceparent;
};

// Ids by unique prefix. Errors: not_found; invalid_request where the prefix fits several.
Result<std::int64_t> find_job(Database& database, std::string_view id_or_prefix);
Result<std::int64_t> find_batch(Database& database, std::string_view id_or_prefix);
std::string batch_id(Database& database, std::int64_t batch);

Result<JobStatus> job_status(Database& database, std::int64_t row);

// The model that it asked last; empty: none yet.
std::string model_asked(Database& database, std::int64_t row);

// Every attempt that has ended, oldest first.
struct Attempt {
  int attempt = 0;
  Time started{}, ended{};
  std::string outcome;  // succeeded, failed, cancelled, parked, released, interrupted
  std::string reason;   // of parked; the error's code of failed
  std::string detail;
};
std::vector<Attempt> attempts(Database& database, std::int64_t row);

// Newest first.
struct JobFilter {
  std::vector<State> states;
  std::string tenant, project, pipeline, key;
  std::string path_prefix;
  std::optional<std::int64_t> batch;
  std::vector<std::int64_t> rows;                           // only these
  std::vector<std::pair<std::string, std::string>> labels;  // all of them
  int limit = 100;
  std::string after;  // cursor: JobPage::next of the page before
};
struct JobPage {
  std::vector<JobStatus> jobs;
  std::string next;  // empty: that was all
};
Result<JobPage> list_jobs(Database& database, const JobFilter& filter);

// Rows of jobs that have not ended, or whose fallbacks are to be done again; at most so many. For
// cancel.
std::vector<std::int64_t> open_jobs(Database& database, int limit);
// Succeeded jobs of a batch of which documents are fallbacks (for retry), and those of which they
// are to be done again (for cancel).
std::vector<std::int64_t> fallback_jobs(Database& database, std::int64_t batch);
std::vector<std::int64_t> redo_jobs(Database& database, std::int64_t batch);
// Rows of a batch, oldest first; optionally only in one of these states. For cancel and retry.
std::vector<std::int64_t> jobs_of_batch(Database& database, std::int64_t batch,
                                        const std::vector<State>& states);

struct Summary {
  std::int64_t jobs = 0;
  StateCounts states;
  Progress progress;
};
Summary summary_of_batch(Database& database, std::int64_t batch);
Summary summary_of_jobs(Database& database, const std::vector<std::int64_t>& rows);
// Whether every job of it has ended; one look at a counter.
bool batch_done(Database& database, std::int64_t batch);

// Of everything; kept counters, no scan.
struct QueueStats {
  StateCounts states;
  std::int64_t queue_jobs = 0, queue_bytes = 0;  // not ended
  struct Lane {
    std::string tenant, pipeline;
    std::int64_t queued = 0;
  };
  std::vector<Lane> lanes;  // that have queued jobs
};
QueueStats queue_stats(Database& database);

// Sums since the beginning, pruned rows included.
struct Totals {
  std::int64_t documents = 0, flagged = 0;
  std::int64_t calls = 0, calls_unknown = 0;
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd charged = 0;
  std::int64_t rejects = 0;
};
Totals totals(Database& database);

}  // namespace docwright::store
