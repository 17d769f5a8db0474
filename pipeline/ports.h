// What the pipeline needs from the outside: the journal of plans and calls, the ledger behind it,
// the documents, the metrics. daemon/ implements these over store/; tests use the recording fakes
// of tests/support/.
//
// Loop thread only. Every Task here is durable when it ends: what it says has reached the disk. A
// cancelled wait does not undo what was handed over. An Error from any of them means that the store
// has failed or is full: the job run ends and will be resumed from its last checkpoint.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "outline/outline.h"
#include "providers/provider.h"
#include "runtime/hash.h"
#include "runtime/loop.h"
#include "tokens/money.h"

namespace docwright::pipeline {

class Pipeline;

// A job as one run of it sees it: immutable.
struct Job {
  std::int64_t row = 0;  // the store's key
  std::string id;
  int attempt = 0;  // of this run; fences every transition
  std::string tenant, project, path;
  std::shared_ptr<const Pipeline> pipeline;
  std::string model;                 // asked for at submit; empty: the pipeline's
  Json parameters = Json::object();  // asked for at submit
  std::string answer_language;       // empty: the pipeline's
  std::shared_ptr<const std::string> source;
  Hash source_hash{};
  std::string traceparent;
  Time deadline{};
  bool fresh = false;  // do not use answers recorded before this job
  bool force =
      false;  // document even what validate would refuse as generated, minified or vendored
};

// One call's worth of text, and what it is to document. Stored as a row before the first call of
// the job.
struct Chunk {
  int number = 0;
  outline::Range range;
  // Facts, in source order. The module itself where the source defines nothing; none where other
  // chunks have all of its targets: then it counts as stored.
  std::vector<outline::Definition> targets;
  std::string scope;    // header lines given with the text: enclosing signatures; may be empty
  bool stored = false;  // every target has its document, if there is one; what fallbacks are to be
                        // done again counts as not stored
};

struct Plan {
  outline::Language language = outline::Language::other;
  std::string fallback;  // why the outline is linear; empty otherwise
  std::vector<Chunk> chunks;
};

// Which question of a job: the key under which its answer is journalled.
struct QuestionKey {
  int chunk = 0;
  std::string step;  // name of the call step within the pipeline
  int question = 0;  // 0 the first, 1 the corrective one
  Hash hash{};       // of the canonical request and the sample (question_hash)
  int sample = 0;    // of several asked the same
};

struct RecordedAnswer {
  std::int64_t call = 0;  // journal row it came from
  providers::Answer answer;
  Nusd charged = 0;     // to this job
  bool cached = false;  // paid by another job
  Nusd saved = 0;       // what that one paid, then
};

// Asked before every sending; granted means: journalled, reserved, committed.
struct Intent {
  QuestionKey key;
  int attempt = 0;  // of this question, from 1
  std::string provider, model;
  std::string key_id;  // of the key that pays; empty: none is sent
  std::string route;   // that led to this target; empty: the pipeline names it
  std::int64_t input_tokens_max = 0, output_tokens_max = 0;
  Nusd bound = 0;  // cost_bound of the two
  bool price_known = true;
};

struct Granted {
  std::int64_t call = 0;
};
// Does not fit now. `reservations` true: other calls hold what is missing and will settle; ask
// again when one has (released()). `for_good` true: the job's own budget, which nobody can raise,
// has less left than this call can cost. Otherwise the job parks until `until` (the window rolls)
// or the budget is raised.
struct Refused {
  std::string budget;  // in words: "budget 'all' (2.00 USD a day): 1.99 USD committed, this call
                       // needs up to 0.03 USD"
  bool reservations = false;
  std::optional<Time> until;
  bool paused = false;  // no budget: a pause is on (`budget` says which); the job parks with the
                        // reason `paused`
  bool for_good = false;
  std::uint64_t asked_at = 0;  // for released()
};
using IntentOutcome = std::variant<Granted, Refused>;

struct CallReport {
  std::int64_t call = 0;
  Duration duration{};
  int status = 0;
  std::string provider_request_id;
  std::optional<Duration> first_token;  // after the sending; where the answer came as a stream
  bool streamed = false;
};

class Journal {
 public:
  virtual ~Journal() = default;
  // The plan of an earlier attempt, with what is stored already; none on the first.
  virtual Task<Result<std::optional<Plan>>> plan(const Job& job) = 0;
  virtual Task<Result<void>> save_plan(const Job& job, const Plan& plan) = 0;
  // Of a chunk that was too long: its number has only `first` from now on, and `second` joins the
  // plan under a new number. One transaction.
  virtual Task<Result<void>> divide(const Job& job, const Chunk& first, const Chunk& second) = 0;

  // The answer of exactly this question: this job's own first, else (unless job.fresh) one that the
  // same tenant paid before, if the response cache still has it.
  virtual Task<Result<std::optional<RecordedAnswer>>> answer(const Job& job, QuestionKey key) = 0;
  // Calls of this question that ended `unknown` or failed since the job was submitted, or retried
  // by a person.
  struct Tried {
    int attempts = 0;
    int unknown = 0;
    int unanswered = 0;  // of them, those that were waited for; the others were cut off
    int put_off = 0;  // those that use up no retry: put off by a rate limit or a quota, a refused
                      // key, not sent after all
    std::optional<providers::CallError> last;  // how the last attempt failed, if it did
  };
  virtual Task<Result<Tried>> tried(const Job& job, QuestionKey key) = 0;

  virtual Task<Result<IntentOutcome>> intend(const Job& job, Intent intent) = 0;
  // Ends when a reservation was settled or released, or a budget changed, since the refused intent
  // was asked; or at `deadline`.
  virtual Task<void> released(const Refused& refused, Moment deadline) = 0;
  // The answer, and the charge of its usage (the bound where usage is absent).
  virtual Task<Result<void>> answered(const Job& job, CallReport report, providers::Answer answer,
                                      Nusd charge) = 0;
  // A definite failure: nothing was charged, the reservation is released.
  virtual Task<Result<void>> failed(const Job& job, CallReport report,
                                    providers::CallError error) = 0;
  // Sent, outcome not known: stays charged at its bound.
  virtual Task<Result<void>> unknown(const Job& job, CallReport report,
                                     providers::CallError error) = 0;

  // Source hashes whose outline is pinned to the linear fallback, with the reason.
  virtual Task<Result<std::optional<std::string>>> pinned(Hash source) = 0;
  virtual Task<Result<void>> pin(Hash source, std::string reason) = 0;
};

// One target's document, checked.
struct Document {
  std::string symbol;
  std::string kind;
  bool flagged = false;
  bool fallback = false;  // in place of a model's, which is asked for later
  Json record;            // schemas/document.json
  struct Finding {
    std::string rule;      // P01, ...
    std::string severity;  // error, warning
    std::string message;
  };
  std::vector<Finding> findings;
};

class Documents {
 public:
  virtual ~Documents() = default;
  // New versions of all targets of the chunk and the chunk's checkpoint, in one transaction; unique
  // per job and symbol, so a repetition changes nothing, but a fallback gives way. The job's last
  // chunk finishes the job in the same transaction.
  virtual Task<Result<void>> store(const Job& job, int chunk, std::vector<Document> documents,
                                   bool last) = 0;
};

// Counts one operation; never blocks, never fails.
struct Operation {
  std::string_view kind;     // job, step, call, check, parse, commit
  std::string_view name;     // the step's name, the check's id, ...
  std::string_view outcome;  // ok, or an error class
  const Job* job = nullptr;
  std::string_view provider, model;
  Duration duration{};
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd cost = 0;
};
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void record(const Operation& operation) = 0;
  // A job got an answer that another one had paid: the call that was saved.
  struct Reuse {
    const Job& job;
    std::string_view provider, model;
    Usage usage;
    Nusd saved = 0;
  };
  virtual void reused(const Reuse& reuse) = 0;
};

}  // namespace docwright::pipeline
