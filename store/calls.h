// The journal of calls, and with it the ledger of every budget: what is about to be asked, what
// came of it, what it cost.
//
//   intend() -> intent --answered()--> answered      charged its usage
//                      --failed()----> failed        charged nothing
//                      --unknown()---> unknown       charged its bound
//                      --a crash-----> unknown       at the next start (recovery.h)
//
// A late answered() or failed() still settles an unknown call.
//
// Every function does its journal row and all ledgers in the caller's one transaction. Promise 3 is
// the view promise_3_violations.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

// Which question of which job.
struct CallKey {
  std::int64_t job = 0;
  int chunk = 0;
  std::string step;
  int question = 0;
  Hash hash{};     // of the canonical request and the sample
  int sample = 0;  // of several asked the same
};

struct NewCall {
  CallKey key;
  int job_attempt = 0;  // fences: the job must be running in this attempt
  int attempt = 0;      // of this question, from 1 (Tried::attempts + 1)
  std::string provider, model, key_id, route;
  std::int64_t input_tokens_max = 0, output_tokens_max = 0;
  Nusd bound = 0;
  bool price_known = true;
};

struct CallGranted {
  std::int64_t call = 0;
};
// Nothing was written.
struct CallRefused {
  std::string words;          // which budget, what is committed, what the call needs
  bool reservations = false;  // others hold what is missing and will settle: ask again when one has
  std::optional<Time> until;  // else: when the window rolls, if that helps
  bool for_good = false;      // else: the job's own budget, which nothing adds to, has too little
  bool paused = false;        // not a budget: a pause is on
};
using CallDecision = std::variant<CallGranted, CallRefused>;

// Checks pauses and every budget that applies, then writes intent and reservations. The same
// question and attempt again gives the same call while it is an intent. Errors: conflict (the job
// is not running in that attempt, or that attempt has ended).
Result<CallDecision> intend(Database& database, const NewCall& call, Time now);

struct CallEnd {
  std::int64_t call = 0;
  Duration duration{};
  int http_status = 0;
  std::string request_id;
  std::optional<Duration> first_token;  // after the sending
  bool streamed = false;
};
struct CallAnswer {
  std::string text;
  std::string finish, finish_raw;
  std::optional<Usage> usage;  // absent: tokens stay charged at their bound
  std::string model;           // that answered
  std::string response_id;
};
struct CallFailure {
  std::string error_class;  // providers::name(ErrorClass)
  std::string message;
  std::string code;  // the provider's own, where it has one
};
// What a call was charged beyond its bound; also an `overrun` row and an event.
struct Settled {
  Nusd overrun = 0;
};
// Each is idempotent: a call that has ended so already stays as it is. Errors: not_found, conflict
// (it has ended otherwise).
Result<Settled> answered(Database& database, const CallEnd& end, const CallAnswer& answer,
                         Nusd charge, Time now);
Result<void> failed(Database& database, const CallEnd& end, const CallFailure& failure, Time now);
Result<void> unknown(Database& database, const CallEnd& end, const CallFailure& failure, Time now);

struct RecordedCall {
  std::int64_t call = 0;
  CallAnswer answer;
  Nusd charged = 0;     // to the job that asked
  bool cached = false;  // that is another job
};
// The answer of exactly this question: the job's own first, else the tenant's newest that came
// after `others_since` and is not taken from the cache (cache.h); none: only the job's own.
std::optional<RecordedCall> recorded_answer(Database& database, const CallKey& key,
                                            std::optional<Time> others_since);

struct Tried {
  // Ended without an answer since the job was submitted or retried by a person.
  int attempts = 0;
  int unknown = 0;  // of them
  // Of the unknown ones, those that were waited for in vain; a crash or a cancel has cut off the
  // others.
  int unanswered = 0;
  // Of the attempts, those that say nothing about the question: a rate limit, a quota, a refused
  // key, or it was not sent after all.
  int put_off = 0;
  std::optional<CallFailure> last;  // how the last attempt failed, if it did
  int last_status = 0;              // its HTTP status
};
Tried tried(Database& database, const CallKey& key);

struct InFlight {
  std::int64_t calls = 0;
  Nusd bound = 0;  // the most that they can still cost
};
InFlight calls_in_flight(Database& database);

}  // namespace docwright::store
