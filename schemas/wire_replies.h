// The replies and events of protocol 1. Field by field they are described in docs/protocol.md; how
// each is read and written stands once, in wire_describe.h. A client ignores fields that it does
// not know.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/error.h"
#include "runtime/json.h"
#include "schemas/wire_limits.h"

namespace docwright::wire {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Endpoints {
  std::string requests, push, events;
};

// The default model: the one that a call asks where neither its submit nor its pipeline names any.
struct DefaultModelView {
  std::string name;           // a model or a route
  std::string configured;     // what the configuration says
  std::optional<Time> since;  // where a person has chosen otherwise
  std::string chosen_by;
};

struct PingReply {
  std::string version;
  std::vector<std::int64_t> protocol;
  std::string instance;  // of this run of the daemon
  std::int64_t pid = 0;
  Time started_at{}, now{};
  std::string state;  // the daemon's folder
  std::string database;
  std::string default_pipeline;
  DefaultModelView default_model;
  Endpoints endpoints;
  Limits limits;
  std::int64_t seq = 0;  // of the latest event
};

struct SubmittedJob {
  std::string id;
  std::string state;
  bool duplicate = false;
};

struct SubmitReply {
  std::string batch;
  std::vector<SubmittedJob> jobs;     // in the order of the request
  std::vector<std::string> warnings;  // sentences for a person: models that retire soon
};

struct StateCounts {
  std::int64_t queued = 0, running = 0, waiting = 0, succeeded = 0, failed = 0, cancelled = 0;
};

// Sums over a selection.
struct Summary {
  std::int64_t jobs = 0;
  StateCounts states;
  std::int64_t chunks = 0, chunks_stored = 0;
  std::int64_t documents = 0, flagged = 0;
  std::int64_t fallbacks = 0;  // of the documents: in place of a model's
  std::int64_t calls = 0, calls_unknown = 0;
  std::int64_t tokens_in = 0, tokens_out = 0;
  std::int64_t cost_nusd = 0;
};

// What exactly a job waits for.
struct Waiting {
  std::string reason;  // queue, delay, paused, budget, rate_limit, quota, no_credentials,
                       // provider_down, ...
  std::string detail;  // a sentence
  std::optional<Time> until;
};

struct JobError {
  std::string code, message, at;
};

struct JobView {
  std::string id, batch, key, tenant, project, path, pipeline, model, state;
  std::optional<Waiting> waiting;
  std::optional<JobError> error;
  std::int64_t priority = 0;
  std::int64_t attempt = 0;
  Time created_at{};
  std::optional<Time> started_at, finished_at;
  std::optional<Time> redo_at;  // when its fallbacks are done again
  Time deadline{};
  std::int64_t chunks = 0, chunks_stored = 0;
  std::int64_t documents = 0, flagged = 0;
  std::int64_t fallbacks = 0;  // of the documents: in place of a model's
  std::int64_t calls = 0, calls_unknown = 0;
  std::int64_t tokens_in = 0, tokens_out = 0;
  std::int64_t cost_nusd = 0;
  Labels labels;
  std::string traceparent;
};

struct StatusReply {
  bool done = false;  // every job of the selection has ended
  Summary summary;
  std::vector<JobView> jobs;
  std::string next;  // cursor; empty: the last page
};

struct ListReply {
  std::vector<JobView> jobs;
  std::string next;
};

struct DocumentView {
  std::string job, batch, tenant, project, path, symbol, kind;
  std::int64_t version = 0;
  bool flagged = false;
  Time created_at{};
  Json document;  // schemas/document.json
};

struct ResultReply {
  bool done = false;
  Summary summary;  // of a selection; of a project: zero
  std::vector<DocumentView> documents;
  std::string next;
};

struct WaitReply {
  bool done = false;
  Summary summary;
};

struct ChangedJob {
  std::string id;
  std::string state;  // afterwards
  bool changed = false;
};

struct ChangeReply {
  std::int64_t changed = 0;
  std::vector<ChangedJob> jobs;  // of a batch: only those that changed, at most 1000
};

struct PauseView {
  std::string scope;  // "all" or "pipeline:NAME"
  std::string reason;
  Time since{};
};

struct PauseReply {
  std::vector<PauseView> paused;     // what is paused now
  std::int64_t calls_in_flight = 0;  // that were sent before
  std::int64_t bound_nusd = 0;       // the most that these can still cost
  std::int64_t jobs_running = 0;
};

struct StepView {
  std::string name, step;
};

struct PipelineView {
  std::string name, description, model;
  std::string hash;  // of its text, prompts and schemas
  bool is_default = false;
  bool paused = false;
  std::vector<StepView> steps;
};

struct PipelinesReply {
  std::vector<PipelineView> pipelines;
};

struct ModelView {
  std::string name, provider, api_name;
  std::vector<std::string> aliases;
  std::int64_t window_tokens = 0, output_tokens_max = 0;
  bool priced = false;
  std::int64_t input_nusd_per_mtok = 0, output_nusd_per_mtok = 0;
  std::string credentials;      // "found", "none", "not needed"
  std::optional<Time> retires;  // from then on it is refused
  std::string replaced_by;
  std::vector<std::string> routes;  // that have it among their targets
  bool is_default = false;
};

struct RouteView {
  std::string name;
  std::string order;                 // "listed", "weight", "latency", "price"
  std::vector<std::string> targets;  // as they are listed
  bool is_default = false;
};

struct ModelsReply {
  DefaultModelView default_model;
  std::vector<ModelView> models;
  std::vector<RouteView> routes;
  std::vector<std::string> warnings;  // models that retire soon
};

// Why a key or a model is not asked until a moment.
struct ProviderTrouble {
  std::string kind;                 // "key_refused", "quota_used_up", "left_alone"
  std::vector<std::string> models;  // of which
  Time until{};
  std::string detail;  // what the provider said
};

// An address with one key.
struct ProviderView {
  std::string provider, base_url;
  std::string key;  // the key's id; "found", "none", "not needed"
  std::int64_t models = 0;
  std::vector<ProviderTrouble> troubles;
};

// Models that share a provider's limits, asked since the daemon has started.
struct QuotaGroupView {
  std::string provider, name;
  std::int64_t calls = 0, calls_max = 0;  // in flight, and how many may be now
  std::int64_t waiting = 0;               // for their turn
  std::optional<Time> paused_until;       // the provider has said so
  std::string detail;
};

struct ProviderReply {
  DefaultModelView default_model;
  std::vector<ProviderView> providers;       // of list
  std::vector<QuotaGroupView> quota_groups;  // of list
  std::vector<std::string> warnings;         // of use: as of a submit
};

struct StatsReply {
  Time now{}, started_at{};
  StateCounts states;
  std::int64_t queue_jobs = 0, queue_bytes = 0;
  std::int64_t calls_in_flight = 0, reserved_nusd = 0;
  std::int64_t documents = 0, flagged = 0;
  std::int64_t calls = 0, calls_unknown = 0;
  std::int64_t tokens_in = 0, tokens_out = 0, cost_nusd = 0;
  std::int64_t rejects = 0;
  std::int64_t writer_queued = 0, waiters = 0;
  std::int64_t database_bytes = 0;
  bool no_space = false;
  std::vector<PauseView> paused;
};

struct EventView {
  std::int64_t seq = 0;
  Time at{};
  std::string topic;
  Json event;
};

struct EventsSinceReply {
  std::vector<EventView> events;
  std::int64_t first_seq = 0;  // the oldest that is kept; 0: none
  std::int64_t last_seq = 0;   // the newest
  bool missed = false;         // some after the given number are no longer kept
};

struct BudgetView {
  std::string scope, window;
  std::optional<Time> since, until;  // of the current window
  std::optional<std::int64_t> limit_nusd, limit_tokens;
  std::int64_t settled_nusd = 0, unknown_nusd = 0, reserved_nusd = 0;
  std::int64_t settled_tokens = 0, unknown_tokens = 0, reserved_tokens = 0;
};

struct BudgetReply {
  std::vector<BudgetView> budgets;
};

// Of one model, provider, ...: the answers that serve other jobs, and what that has saved so far.
struct CacheGroupView {
  std::string name;
  std::int64_t answers = 0, tokens_in = 0, tokens_out = 0, cost_nusd = 0;
  std::optional<Time> oldest, newest;
  std::int64_t hits = 0, saved_nusd = 0;
};

struct CacheReply {
  std::vector<CacheGroupView> groups;
  std::int64_t cleared = 0;
};

}  // namespace docwright::wire
