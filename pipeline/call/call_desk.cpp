#include "pipeline/call/call_desk.h"

#include <fmt/format.h>

#include "pipeline/call/lead.h"
#include "pipeline/pipeline.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

// Fresh jobs share with nobody: each asked for an answer of its own.
std::string flight_key(const Job& job, const Inquiry& inquiry) {
  std::string key = hex(inquiry.key.hash) + job.tenant;
  if (job.fresh) key += fmt::format("\n{}", job.row);
  return key;
}

std::string describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace

CallDesk::Flight::Flight(CallDesk& at, std::string its_key)
    : desk(at), key(std::move(its_key)), landing(std::make_shared<Landing>(at.outside_.loop)) {}

// Whoever leads has ended, and so has the call that went out for it: the next one may look, or
// lead.
CallDesk::Flight::~Flight() {
  desk.flights_.erase(key);
  landing->landed.open();
}

CallDesk::CallDesk(Outside outside, CallLimits limits)
    : outside_(std::move(outside)),
      places_(outside_.loop, static_cast<std::size_t>(limits.calls)),
      limits_(outside_.loop, outside_.random, std::move(limits)),
      group_(outside_.loop,
             [&log = outside_.log](const std::string& name, const std::exception_ptr& failure) {
               log.error("a call failed inside docwright",
                         {{"call", name}, {"reason", describe(failure)}});
             }) {}

CallDesk::~CallDesk() = default;

Task<Served> CallDesk::ask(std::shared_ptr<const Job> job, Inquiry inquiry, Patience patience) {
  const std::string key = flight_key(*job, inquiry);
  for (;;) {
    const auto known = flights_.find(key);
    if (known == flights_.end()) break;
    // From here on the flight is not held, or it could not end.
    const std::shared_ptr<Landing> landing = known->second.lock()->landing;
    {
      struct Waits {
        int& count;
        explicit Waits(int& of) : count(of) { ++count; }
        ~Waits() { --count; }
      };
      const Waits waits(landing->waiting);
      co_await landing->landed.wait();
    }
    if (!landing->shared) continue;
    Served shared = *landing->shared;
    if (shared) {
      if (!shared->cached) shared->saved = shared->charged;
      shared->cached = true;
      shared->charged = 0;
      count_recorded(*job, inquiry, *shared);
    }
    co_return shared;
  }
  auto flight = std::make_shared<Flight>(*this, key);
  flights_.emplace(key, flight);
  Lead lead(*this, std::move(job), std::move(inquiry), patience, std::move(flight));
  co_return co_await lead.run();
}

Task<void> CallDesk::close() {
  closing_ = true;
  return group_.close();
}

void CallDesk::cut_unwanted() {
  const std::vector<Attempted*> out(out_.begin(), out_.end());  // one may end when it is told
  for (Attempted* attempted : out) {
    if (!out_.contains(attempted) || attempted->awaited) continue;
    if (attempted->flight->landing->waiting > 0) continue;
    attempted->cut = true;
    attempted->task.cancel();
  }
}

CallDesk::Standing CallDesk::standing(const providers::Model& model,
                                      const providers::Endpoint& endpoint) {
  const Gates::Way way = Gates::way(model, endpoint);
  const Time now = outside_.loop.clock().now();
  return {gates_.closed(way, now), breakers_.open(way.target, now)};
}

bool CallDesk::is_paused(const Job& job) const {
  return closing_ || paused_.contains(std::string()) || paused_.contains(job.pipeline->name());
}

// Runs in the desk's group. Whatever happens, who waits is told, and its places are given back.
Task<void> CallDesk::conduct(std::shared_ptr<Attempted> attempted) {
  struct End {
    CallDesk& desk;
    Attempted& of;
    ~End() {
      if (of.out) {
        --desk.in_flight_.calls;
        desk.in_flight_.bound -= of.bound;
      }
      if (of.way) desk.breakers_.leave(of.way->target, of.entry);
      desk.out_.erase(&of);
      of.place.release();
      of.turn = {};
      of.done.open();
    }
  };
  const End end{*this, *attempted};
  AttemptParts parts{outside_.loop,    outside_.pool,   outside_.journal,
                     outside_.metrics, outside_.sender, outside_.listener};
  attempted->outcome = co_await attempt(parts, attempted->order);
  if (const auto* answer = std::get_if<RecordedAnswer>(&*attempted->outcome)) {
    attempted->flight->landing->shared = *answer;
    latencies_.learn(attempted->order->inquiry.model->name,
                     outside_.loop.clock().moment() - attempted->sent, outside_.loop.clock().now());
  }
  learn(*attempted);
  settle(*attempted);
  attempted->flight.reset();
}

// An answer that needed no call.
void CallDesk::count_recorded(const Job& job, const Inquiry& inquiry,
                              const RecordedAnswer& answer) {
  Operation operation;
  operation.kind = "call";
  operation.name = inquiry.key.step;
  operation.outcome = "recorded";
  operation.job = &job;
  operation.provider = inquiry.provider->name;
  operation.model = inquiry.model->name;
  outside_.metrics.record(operation);
  if (!answer.cached) return;
  outside_.metrics.reused({.job = job,
                           .provider = operation.provider,
                           .model = operation.model,
                           .usage = answer.answer.usage.value_or(Usage{}),
                           .saved = answer.saved});
}

// Before the places are given back: the next in line must find the gate shut.
void CallDesk::learn(const Attempted& attempted) {
  if (!attempted.way) return;
  const Time now = outside_.loop.clock().now();
  const auto* error = std::get_if<providers::CallError>(&*attempted.outcome);
  if (error != nullptr || std::holds_alternative<RecordedAnswer>(*attempted.outcome)) {
    const auto error_class = error == nullptr ? std::nullopt : std::optional(error->error_class);
    log_breaker(breakers_.learn(attempted.way->target, attempted.entry, error_class, now),
                attempted.order->inquiry);
  }
  if (error == nullptr || error->maybe_charged) return;
  // Calls that were under way beside the first that was refused have nothing new to say.
  const bool known = gates_.closed(*attempted.way, now).has_value();
  gates_.learn(*attempted.way, *error, now);
  if (!known) log_key(attempted, *error);
}

void CallDesk::log_breaker(Breakers::Change change, const Inquiry& inquiry) {
  if (change == Breakers::Change::none) return;
  const bool opened = change == Breakers::Change::opened;
  outside_.log.warning(opened ? "a model only fails: it is left alone, and tried with one call now "
                                "and then until it answers"
                              : "a model that only failed answers again",
                       {{"model", inquiry.model->name}, {"provider", inquiry.provider->name}});
}

void CallDesk::log_key(const Attempted& attempted, const providers::CallError& error) {
  const bool refused = error.error_class == providers::ErrorClass::auth;
  if (!refused && error.error_class != providers::ErrorClass::quota) return;
  const auto closed = gates_.closed(*attempted.way, outside_.loop.clock().now());
  if (!closed) return;
  outside_.log.warning(refused ? "a key is refused: it is not used for a while"
                               : "a key's quota is used up: it is not used for a while",
                       {{"provider", attempted.order->inquiry.provider->name},
                        {"model", attempted.order->inquiry.model->name},
                        {"key_id", attempted.order->endpoint.key_id},
                        {"until", to_rfc3339(closed->until)},
                        {"reason", error.message}});
}

// What the call has taken from the limits, and what its end says of them.
void CallDesk::settle(Attempted& attempted) {
  if (const auto* error = std::get_if<providers::CallError>(&*attempted.outcome)) {
    attempted.turn.failed(*error);
  } else if (const auto* answer = std::get_if<RecordedAnswer>(&*attempted.outcome)) {
    const std::optional<Usage>& usage = answer->answer.usage;
    if (usage && attempted.quota_group)
      limits_.learn(*attempted.quota_group, attempted.order->inquiry, *usage);
    attempted.turn.answered(usage, attempted.took);
  } else if (attempted.out) {
    attempted.turn.answered(std::nullopt);  // it could not be taken down
  }
}

}  // namespace docwright::pipeline
