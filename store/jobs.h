// Jobs: accepted, claimed, parked, finished. Functions on a Database, called inside a Writer's
// change (or a reader for const work).
//
// States: queued -> running -> succeeded | failed | cancelled; running -> waiting (with a reason
// and perhaps a wake time) -> queued. Jobs that do not run end by a cancel or by their deadline; a
// retry makes a failed or cancelled one queued again, and a succeeded one of which documents are
// fallbacks (written in place of a model's); wake_due() does so by itself, later and later until
// the job's deadline. The transition table is in jobs.cpp, and CHECK constraints refuse rows that
// contradict themselves. Every transition out of `running` names the attempt; one that names an
// older attempt changes nothing and returns Code::conflict.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "runtime/json.h"
#include "store/database.h"
#include "store/pipelines.h"
#include "tokens/money.h"

namespace docwright::store {

enum class State { queued, running, waiting, succeeded, failed, cancelled };
std::string_view name(State state);
std::optional<State> state_named(std::string_view name);
// The transition table. running -> running is not in it: a job that is taken up again after the
// daemon's end only gets its next attempt.
bool can_move(State from, State to);

struct NewJob {
  std::string id;
  std::string key;     // empty: none
  std::string tenant;  // empty: the batch's
  std::string path;
  std::string model;
  std::int64_t pipeline_version = 0;  // row of pipeline_versions; 0: one of NewBatch::pipelines
  std::string pipeline;               // its name: with the tenant, the job's lane
  std::string source;                 // the bytes
  Hash source_hash{};
  // Of everything that makes the job: the same key with another one is a key_conflict.
  Hash content_hash{};
  int priority = 0;  // -100..100, higher first
  std::optional<Time> not_before;
  Time deadline{};
  std::optional<Nusd> budget_nusd;
  std::optional<std::int64_t> budget_tokens;
  std::vector<std::pair<std::string, std::string>> labels;
  Json options = Json::object();  // parameters, answer_language, fresh, force
  std::string traceparent;
};

struct NewBatch {
  // One that exists is joined: a batch may span several messages. Of another tenant or project it
  // is a key_conflict at /batch.
  std::string id;
  std::string tenant, project;
  std::vector<NewJob> jobs;
  std::vector<PipelineVersion> pipelines;  // of jobs whose version is not known yet (0), by name
};

struct QueueLimits {
  std::int64_t jobs_max = 1'000'000;
  std::int64_t bytes_max = std::int64_t{8} << 30;
};

struct Accepted {
  std::string batch;
  struct One {
    std::string id;
    State state = State::queued;
    bool duplicate = false;
  };
  std::vector<One> jobs;  // in the order of the request
};

// All or nothing. Errors: key_conflict (at /jobs/N/key), busy (retry_after) when the queue is full.
Result<Accepted> submit(Database& database, const NewBatch& batch, const QueueLimits& limits,
                        Time now);

struct Claimed {
  std::int64_t row = 0;
  std::string id, batch, tenant, project, path, model, pipeline;
  std::int64_t pipeline_version = 0;
  int attempt = 0;
  std::string source;
  Hash source_hash{};
  Json options;
  std::string traceparent;
  Time created{}, deadline{};
  bool resumed = false;   // was running when the daemon ended
  int interruptions = 0;  // how many of its attempts ended with the daemon
  bool planned = false;   // has a chunk plan
};

struct ClaimLimits {
  int jobs = 1;  // at most so many now
  // Room left, by pipeline name; absent: no limit of its own.
  std::vector<std::pair<std::string, int>> per_pipeline;
};

// First whatever was running when the daemon ended (only before the first claim returned none of
// them), then queued jobs: highest priority first, then round robin over tenants, then oldest. Cost
// does not depend on the depth of the queue.
std::vector<Claimed> claim(Database& database, const ClaimLimits& limits, Time now);

// waiting -> queued for whatever is due, succeeded -> queued for fallbacks that are; overdue
// (deadline) jobs that are queued or waiting -> failed; under a pause of everything, what was
// running when a daemon ended -> queued. Returns how many moved, and when to call again at the
// latest.
struct Woken {
  int jobs = 0;
  std::optional<Time> next;
};
Woken wake_due(Database& database, Time now, int limit);

// Transitions of a running job; the state that it is in afterwards, which need not be the one that
// was asked for: a job that only had its fallbacks done again has succeeded however that ends, and
// one that is being cancelled is cancelled.
Result<State> finish(Database& database, std::int64_t row, int attempt, State final_state,
                     const std::optional<Error>& error, Time now);
// Reasons are a closed list of the callers' (budget, rate_limit, quota, no_credentials,
// provider_down, paused, ...); detail is a sentence. Without a wake time the job waits for
// wake_waiting(), and at the latest for its deadline.
Result<State> park(Database& database, std::int64_t row, int attempt, std::string_view reason,
                   std::string_view detail, std::optional<Time> wake, Time now);
// running -> queued: the run was ended for reasons that are not the job's. It keeps its place in
// the queue.
Result<State> release(Database& database, std::int64_t row, int attempt, Time now);

// waiting for `reason` -> queued, at most `limit` of them (the budget was raised, a pause ended, a
// key arrived). Empty pipeline: of all. Returns how many; fewer than `limit`: none is left.
int wake_waiting(Database& database, std::string_view reason, std::string_view pipeline, Time now,
                 int limit);

// Which jobs: by row, in the order given.
struct RunningJob {
  std::int64_t row = 0;
  int attempt = 0;
};
struct Change {
  struct One {
    std::string id;
    State state = State::queued;  // afterwards
    bool changed = false;
  };
  std::vector<One> jobs;
  std::vector<RunningJob> running;  // cancel: asked to stop; the dispatcher ends their runs
};
// Queued and waiting ones end at once, and so do those that nobody runs since a daemon ended;
// running ones are marked (a restart ends them too) and listed. A job that only had its fallbacks
// done again has succeeded; from now on nothing does them again but a retry.
Change cancel(Database& database, const std::vector<std::int64_t>& rows, Time now);
// failed, cancelled and, for their fallbacks, succeeded -> queued, with the time to the deadline
// that they had at first. What is stored stays. `failed_only`: failed ones.
Change retry(Database& database, const std::vector<std::int64_t>& rows, bool failed_only, Time now);

}  // namespace docwright::store
