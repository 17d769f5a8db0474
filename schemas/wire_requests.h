// The requests of protocol 1, one struct for each verb. Field by field they are described in
// docs/protocol.md; how each is read and written stands once, in wire_describe.h. A member's
// initialiser is the default of its field.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/json.h"
#include "schemas/wire_limits.h"
#include "schemas/wire_replies.h"

namespace docwright::wire {

struct PingRequest {
  using Reply = PingReply;
};

struct SubmitJob {
  std::string path;       // only a name: the daemon opens no file of the client
  std::int64_t blob = 0;  // which blob frame holds the source, from 0
  std::string key;
  std::string pipeline;  // empty: the default one
  std::string model;     // empty: the pipeline's
  std::string tenant;    // empty: the message's
  int priority = 0;      // -100..100, higher first
  std::string budget;    // money: "0.50USD"; empty: none
  std::optional<std::int64_t> budget_tokens;
  Duration delay{};
  std::optional<Duration> deadline;  // none: the daemon's, kDeadlineDefault where nothing is set
  std::string answer_language;       // empty: the pipeline's
  Json parameters = Json::object();
  bool fresh = false;
  bool force = false;
  Labels labels;
  std::string traceparent;
};

// A pipeline that the daemon does not have: its YAML, and prompts that it names. `file` is what
// errors call it.
struct SentPrompt {
  std::string name, text, file;
};
struct SentPipeline {
  std::string text, file;
  std::vector<SentPrompt> prompts;
};

struct SubmitRequest {
  using Reply = SubmitReply;
  std::string project = "default";
  std::string tenant = "default";
  std::string batch;  // joins this batch, or makes it: a UUID of the client's; empty: a new one
  std::vector<SentPipeline> pipelines;  // that its jobs may name, beside the daemon's own
  std::vector<SubmitJob> jobs;
};

// Exactly one of the two: ids of jobs, or the id of a batch. Ids may be shortened to a unique
// prefix.
struct Selection {
  std::vector<std::string> jobs;
  std::string batch;
};

struct StatusRequest : Selection {
  using Reply = StatusReply;
  Duration wait{};  // until all have ended, at most so long
  std::int64_t limit = 100;
  std::string after;  // cursor: `next` of the page before
};

struct ListRequest {
  using Reply = ListReply;
  std::vector<std::string> states;
  std::string tenant, project, batch, pipeline, key, path_prefix;
  Labels labels;
  std::int64_t limit = 100;
  std::string after;
};

// A selection, or the latest documents of a project.
struct ResultRequest : Selection {
  using Reply = ResultReply;
  std::string project;
  std::string tenant = "default";  // of the project
  Duration wait{};
  bool flagged = false;  // only flagged documents
  std::int64_t limit = 100;
  std::string after;
};

struct WaitRequest : Selection {
  using Reply = WaitReply;
  std::optional<Duration> timeout;  // none: kWaitDefault; 0 asks how things stand
};

struct CancelRequest : Selection {
  using Reply = ChangeReply;
  bool all = false;  // in place of a selection: what has not ended, kCancelledAtOnce jobs at most
  bool now = false;  // cuts the calls that nobody waits for any more
};

struct RetryRequest : Selection {
  using Reply = ChangeReply;
  bool failed = false;  // only failed jobs; else cancelled ones too
};

struct PauseRequest {
  using Reply = PauseReply;
  std::string pipeline;  // empty: everything
  std::string reason;
};

struct ResumeRequest {
  using Reply = PauseReply;
  std::string pipeline;  // empty: everything
};

struct PipelinesRequest {
  using Reply = PipelinesReply;
};

struct ModelsRequest {
  using Reply = ModelsReply;
};

struct StatsRequest {
  using Reply = StatsReply;
};

struct EventsSinceRequest {
  using Reply = EventsSinceReply;
  std::int64_t seq = 0;  // the last one that the client has
  std::string topic;     // prefix; empty: all
  std::int64_t limit = 100;
  Duration wait{};  // for a first event, where there is none yet
};

struct BudgetRequest {
  using Reply = BudgetReply;
  std::string action = "list";  // list, set, remove
  std::string scope = "all";    // all
  std::string window = "once";  // once, day
  std::string limit;            // money; empty: no limit in money
  std::optional<std::int64_t> tokens;
};

// Answers that serve other jobs than their own.
struct CacheRequest {
  using Reply = CacheReply;
  std::string action = "show";  // show, clear
  std::string by = "model";     // of show: model, provider, tenant, project, pipeline
  std::string model;            // of clear: only this model's; empty: all
  Duration older_than{};        // of clear: only what is older
};

// The providers and how they stand; the choice of the default model.
struct ProviderRequest {
  using Reply = ProviderReply;
  std::string action = "list";  // list, use, reset
  std::string name;             // of use: a provider, a model or a route
  std::string by;               // of use and reset: who says so, for the record
};

using Verb = std::variant<PingRequest, SubmitRequest, StatusRequest, ListRequest, ResultRequest,
                          WaitRequest, CancelRequest, RetryRequest, PauseRequest, ResumeRequest,
                          PipelinesRequest, ModelsRequest, StatsRequest, EventsSinceRequest,
                          BudgetRequest, CacheRequest, ProviderRequest>;

}  // namespace docwright::wire
