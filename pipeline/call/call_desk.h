// Owns every call that is in flight, and decides when one may go out.
//
// A question that has its answer is never asked again: recorded answers are looked up first, and
// identical questions of one tenant share one call (single flight). Calls run in a group of their
// own: a cancelled job stops waiting, its call ends by itself and its answer is journalled. Errors
// are told apart: permanent ones end the job, transient ones are tried again within `retries`, the
// provider's hint and the job's deadline; a wait of more than 30 s parks the job. What a provider
// lets in and when is its quota group's to say (limits.h).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "pipeline/call/attempt.h"
#include "pipeline/call/breakers.h"
#include "pipeline/call/default_model.h"
#include "pipeline/call/fallback.h"
#include "pipeline/call/gates.h"
#include "pipeline/call/inquiry.h"
#include "pipeline/call/latch.h"
#include "pipeline/call/latencies.h"
#include "pipeline/call/limits.h"
#include "runtime/semaphore.h"
#include "runtime/task_group.h"

namespace docwright::pipeline {

// Address and headers of a call, once for each key (never none); no_credentials where there is no
// key, with words where docwright looked.
using Endpoints = std::function<Result<std::vector<providers::Endpoint>>(const providers::Provider&,
                                                                         const providers::Model&)>;

// Loop thread only. close() must have ended before the destructor runs.
class CallDesk final {
 public:
  // All outlive the desk.
  struct Outside {
    Loop& loop;
    Pool& pool;
    Log& log;
    Random& random;
    Journal& journal;
    Metrics& metrics;
    Sender& sender;
    Endpoints endpoints;
    TextListener* listener = nullptr;  // to what is being written; may be null
  };
  CallDesk(Outside outside, CallLimits limits);
  ~CallDesk();
  CallDesk(const CallDesk&) = delete;
  CallDesk& operator=(const CallDesk&) = delete;

  // The answer of one target: the recorded one, else a new one. Throws only cancellation.
  Task<Served> ask(std::shared_ptr<const Job> job, Inquiry inquiry, Patience patience);

  // No new call begins until resume() of the same name; an empty name means every pipeline. What is
  // in flight goes on.
  void pause(const std::string& pipeline = {}) { paused_.insert(pipeline); }
  void resume(const std::string& pipeline = {}) { paused_.erase(pipeline); }

  // Ends the calls in flight whose answer nobody waits for: they become `unknown`. Without this
  // they end by themselves.
  void cut_unwanted();

  struct InFlight {
    int calls = 0;
    Nusd bound = 0;  // the most that they can still cost
  };
  InFlight in_flight() const { return in_flight_; }
  const Latencies& latencies() const { return latencies_; }
  const auto& quota_groups() const { return limits_.groups(); }
  // Why a model would not be asked with this key now, where it would not.
  struct Standing {
    std::optional<Gates::Closed> closed;  // its quota is used up, or the key is refused
    std::optional<Time> left_alone;       // it has only failed of late
  };
  Standing standing(const providers::Model& model, const providers::Endpoint& endpoint);
  // Whom calls ask that name nobody.
  DefaultModel& default_model() { return default_model_; }

  // Begins no new call; ends when those in flight have ended and are journalled. abort() makes that
  // at once: calls under way are cut, and become `unknown` at the next start.
  Task<void> close();
  void abort() {
    closing_ = true;
    group_.cancel_all();
  }

 private:
  struct Landing;
  struct Flight;
  struct Attempted;
  class Lead;

  bool is_paused(const Job& job) const;
  Task<void> conduct(std::shared_ptr<Attempted> attempted);
  void learn(const Attempted& attempted);
  void log_breaker(Breakers::Change change, const Inquiry& inquiry);
  void log_key(const Attempted& attempted, const providers::CallError& error);
  void settle(Attempted& attempted);
  void count_recorded(const Job& job, const Inquiry& inquiry, const RecordedAnswer& answer);

  Outside outside_;
  Semaphore places_;  // of all groups
  Limits limits_;
  std::map<std::string, std::weak_ptr<Flight>> flights_;  // by tenant and question
  Gates gates_;
  Breakers breakers_;
  std::map<std::string, std::size_t, std::less<>> key_turns_;  // by provider: whose is next
  Latencies latencies_;
  std::set<Attempted*> out_;      // whose requests have gone out
  std::set<std::string> paused_;  // names of pipelines; empty: all
  DefaultModel default_model_;
  bool closing_ = false;
  InFlight in_flight_;
  TaskGroup group_;
};

}  // namespace docwright::pipeline
