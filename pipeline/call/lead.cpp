#include "pipeline/call/lead.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/pipeline.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using providers::CallError;
using providers::ErrorClass;

// Longer waits end the run: a parked job is a row, not a coroutine.
constexpr Duration kWaitMax = std::chrono::seconds(30);
// With others to ask: what is waited for rather, and how often an error that may pass is tried
// again before.
constexpr Duration kWaitBeforeOthers = std::chrono::seconds(5);
constexpr int kRetriesBeforeOthers = 2;
// Calls whose outcome nobody knows cost their bound each: so many in one run (a provider that takes
// requests and never answers), and so many of one question ever (a daemon that is killed over and
// over).
constexpr int kUnknownsInRun = 2;
constexpr int kUnknownsEver = 16;
// How long a parked job waits where nothing says when to ask again.
constexpr Duration kBudgetAgain = std::chrono::seconds(30);
constexpr Duration kProviderAgain = std::chrono::minutes(2);
constexpr Duration kKeyAgain = std::chrono::minutes(10);  // a file with it may have come

std::string_view advice(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::permission:
      return "; check what the key is allowed to use";
    case ErrorClass::not_found:
      return "; check the model's name and the provider's address";
    case ErrorClass::context_length:
    case ErrorClass::too_large:
      return "; lower the chunk step's limit_tokens or the call's answer_tokens_max";
    case ErrorClass::invalid_request:
      return "; check the call's parameters";
    case ErrorClass::content_filter:
      return "; the provider's filter refuses this text";
    default:
      return "";
  }
}

// A verdict on the question itself, which asking again would only repeat. (What `cancelled` says
// of a call that an earlier run did not send is none.)
bool is_permanent(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::quota:
    case ErrorClass::auth:
    case ErrorClass::cancelled:
      return false;
    default:
      return !error.transient();
  }
}

std::string times(int count) {
  return count == 1 ? std::string("once") : fmt::format("{} times", count);
}

}  // namespace

std::string CallDesk::Lead::asked_about() const {
  return fmt::format("chunk {}, step '{}', model '{}'", inquiry_.key.chunk, inquiry_.key.step,
                     inquiry_.model->name);
}

Duration CallDesk::Lead::wait_max() const {
  return patience_ == Patience::moves_on ? kWaitBeforeOthers : kWaitMax;
}

int CallDesk::Lead::retries() const {
  return patience_ == Patience::moves_on ? std::min(inquiry_.retries, kRetriesBeforeOthers)
                                         : inquiry_.retries;
}

Task<Served> CallDesk::Lead::run() {
  Ended ended = co_await take_up();
  while (!ended) {
    ended = co_await wait_for_gate();
    if (ended) break;
    auto attempted = std::make_shared<Attempted>(desk_.outside_.loop);
    ended = co_await take_place(attempted);
    if (ended) break;
    AttemptOutcome outcome = co_await send(std::move(attempted));
    ended = co_await after(std::move(outcome));
  }
  co_return std::move(*ended);
}

// The recorded answer, if there is one; else what earlier runs of the job have tried, and the key.
Task<CallDesk::Lead::Ended> CallDesk::Lead::take_up() {
  Journal& journal = desk_.outside_.journal;
  Result<std::optional<RecordedAnswer>> recorded = co_await journal.answer(*job_, inquiry_.key);
  if (!recorded) co_return store_failed(recorded.error());
  if (*recorded) {
    flight_->landing->shared = **recorded;
    desk_.count_recorded(*job_, inquiry_, **recorded);
    co_return std::move(**recorded);
  }
  if (job_->attempt > 1) {
    const Result<Journal::Tried> tried = co_await journal.tried(*job_, inquiry_.key);
    if (!tried) co_return store_failed(tried.error());
    attempts_ = tried->attempts;
    unknowns_ = tried->unknown;
    // Whatever was used up before, a job that was taken up again asks once more.
    failures_ = std::clamp(tried->attempts - tried->unknown - tried->put_off, 0, inquiry_.retries);
    if (auto stop = past_unknowns()) co_return end(std::move(*stop), Elsewhere::nowhere);
    // Another chunk has kept the job open since; that makes this question no better.
    if (tried->last && is_permanent(*tried->last))
      co_return end(Failed{refusal(*tried->last)}, elsewhere_after(tried->last->error_class));
  }
  if (inquiry_.provider->local) co_return std::nullopt;
  Result<std::vector<providers::Endpoint>> endpoints =
      desk_.outside_.endpoints(*inquiry_.provider, *inquiry_.model);
  if (!endpoints) {
    Error error = std::move(endpoints.error());
    if (error.code != Code::no_credentials)
      co_return end(Failed{std::move(error)}, Elsewhere::anybody);
    co_return end(Parked{"no_credentials", std::move(error.message), now() + kKeyAgain},
                  Elsewhere::anybody);
  }
  for (providers::Endpoint& endpoint : *endpoints) {
    Gates::Way way = Gates::way(*inquiry_.model, endpoint);
    doors_.push_back({std::move(endpoint), std::move(way)});
  }
  co_return std::nullopt;
}

// The next key in turn that may be used; else what shuts the one that may be used again first.
std::optional<Gates::Closed> CallDesk::Lead::choose_key() {
  std::size_t& turn = desk_.key_turns_[inquiry_.provider->name];
  std::optional<Gates::Closed> earliest;
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    const std::size_t door = (turn + i) % doors_.size();
    auto closed = desk_.gates_.closed(doors_[door].way, now());
    if (!closed) {
      door_ = door;
      turn = door + 1;
      return std::nullopt;
    }
    if (!earliest || closed->until < earliest->until) earliest = std::move(closed);
  }
  return earliest;
}

// What a crash left behind, by the pipeline's own policy.
std::optional<Stop> CallDesk::Lead::past_unknowns() const {
  if (unknowns_ == 0) return std::nullopt;
  const std::string what =
      fmt::format("{}: the outcome of a call is not known ({}); it stays charged at its bound",
                  asked_about(), times(unknowns_));
  if (inquiry_.on_unknown == OnUnknown::park) {
    return Parked{"unknown", what + ". Cancel and retry the job to ask again", std::nullopt};
  }
  if (inquiry_.on_unknown == OnUnknown::fail || unknowns_ >= kUnknownsEver) {
    return Failed{Error{Code::call_failed, what}};
  }
  return std::nullopt;
}

// Pauses of our own and of the provider.
Task<CallDesk::Lead::Ended> CallDesk::Lead::wait_for_gate() {
  for (;;) {
    if (desk_.is_paused(*job_)) {
      co_return end(Parked{"paused", "calls are paused; `docwright resume` goes on", std::nullopt},
                    Elsewhere::nowhere);
    }
    if (doors_.empty()) co_return std::nullopt;
    const auto closed = choose_key();
    if (!closed) {
      const auto open = desk_.breakers_.open(doors_[door_].way.target, now());
      if (!open) co_return std::nullopt;
      const Ended ended = co_await wait_for_breaker(*open);
      if (ended) co_return ended;
      continue;
    }
    const auto detail = fmt::format("{}: {}; asked again at {}", asked_about(), closed->message,
                                    to_rfc3339(closed->until));
    const bool refused = closed->error_class == ErrorClass::auth;
    co_return end(Parked{refused ? "no_credentials" : "quota", detail, closed->until},
                  Elsewhere::anybody);
  }
}

// Where others can be asked, they are asked at once.
Task<CallDesk::Lead::Ended> CallDesk::Lead::wait_for_breaker(Time until) {
  std::string detail = fmt::format("{}: it has only failed of late, and is tried again at {}",
                                   asked_about(), to_rfc3339(until));
  if (patience_ == Patience::moves_on)
    co_return end(Parked{"provider_down", std::move(detail), until}, Elsewhere::anybody);
  const Duration left = until - now();
  co_return co_await wait(left + desk_.outside_.random.up_to(left / 10), "provider_down",
                          std::move(detail));
}

// Stays in the coroutine up to 30 s (5 where others can be asked); parks for longer; fails where
// the deadline comes first.
Task<CallDesk::Lead::Ended> CallDesk::Lead::wait(Duration delay, std::string reason,
                                                 std::string detail) {
  const Time until = now() + delay;
  if (until >= job_->deadline) {
    const auto what =
        fmt::format("the job's deadline ({}) comes first: {}", to_rfc3339(job_->deadline), detail);
    co_return end(Failed{Error{Code::timeout, what}}, Elsewhere::anybody);
  }
  if (delay > wait_max())
    co_return end(Parked{std::move(reason), std::move(detail), until}, Elsewhere::anybody);
  co_await desk_.outside_.loop.sleep(delay);
  co_return std::nullopt;
}

// A turn within the provider's limits, then one of the places that all calls share.
Task<CallDesk::Lead::Ended> CallDesk::Lead::take_place(std::shared_ptr<Attempted> attempted) {
  if (doors_.empty()) co_return std::nullopt;
  const std::shared_ptr<QuotaGroup> group =
      desk_.limits_.group_of(inquiry_, doors_.front().endpoint);
  QuotaGroup::Reply reply =
      co_await group->turn({.tenant = job_->tenant,
                            .demand = desk_.limits_.expected(*group, inquiry_),
                            .wait_max = wait_max(),
                            .has_others = patience_ == Patience::moves_on});
  if (reply.later) {
    const QuotaGroup::Later& later = *reply.later;
    co_return co_await wait(later.until - now(), later.next_day ? "quota" : "rate_limit",
                            fmt::format("{}: {}; asked again at {}", asked_about(), later.why,
                                        to_rfc3339(later.until)));
  }
  attempted->quota_group = group;
  attempted->turn = std::move(reply.turn);
  attempted->place = co_await desk_.places_.acquire();
  if (now() < job_->deadline) co_return std::nullopt;
  co_return co_await wait({}, "rate_limit", asked_about() + ": its turn came too late");
}

Task<AttemptOutcome> CallDesk::Lead::send(std::shared_ptr<Attempted> attempted) {
  // While it waited for a place, a pause may have begun or the provider may have asked for one.
  if (desk_.is_paused(*job_)) co_return NotSent{};
  providers::Endpoint endpoint;
  if (!doors_.empty()) {
    const Door& door = doors_[door_];
    if (desk_.gates_.closed(door.way, now())) co_return NotSent{};
    attempted->entry = desk_.breakers_.enter(door.way.target, now());
    if (attempted->entry == Breakers::Entry::refused) co_return NotSent{};
    attempted->way = door.way;
    endpoint = door.endpoint;
  }

  auto order = std::make_shared<AttemptOrder>(
      AttemptOrder{job_, inquiry_, std::move(endpoint), attempts_ + 1, {}, {}, {}, {}, {}});
  order->still_wanted = [desk = &desk_, it = attempted.get()] {
    return it->awaited && !desk->is_paused(*it->order->job);
  };
  order->sending = [desk = &desk_, it = attempted.get()](Nusd bound) {
    it->out = true;
    it->sent = desk->outside_.loop.clock().moment();
    it->bound = bound;
    ++desk->in_flight_.calls;
    desk->in_flight_.bound += bound;
    if (!it->order->inquiry.provider->local) desk->out_.insert(it);
  };
  order->received = [desk = &desk_, it = attempted.get()] { desk->out_.erase(it); };
  order->is_cut = [it = attempted.get()] { return it->cut; };
  order->heard = [group = attempted->quota_group](const providers::Headers& headers) {
    if (group) group->heard(headers);
  };
  attempted->order = std::move(order);
  attempted->flight = flight_;
  struct Leaving {
    Attempted& of;
    ~Leaving() { of.awaited = false; }
  };
  const Leaving leaving{*attempted};
  attempted->task =
      desk_.group_.spawn(fmt::format("{} {}", job_->id, asked_about()), desk_.conduct(attempted));
  co_await attempted->done.wait();
  if (!attempted->outcome) {
    co_return desk_.closing_
        ? Error{Code::unavailable, "the daemon is ending"}
        : Error{Code::internal, "a call ended without an outcome; the log says why"};
  }
  // It is on record: the next one has another number.
  if (std::holds_alternative<NotSent>(*attempted->outcome)) ++attempts_;
  co_return std::move(*attempted->outcome);
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after(AttemptOutcome outcome) {
  if (auto* answer = std::get_if<RecordedAnswer>(&outcome)) {
    co_return std::move(*answer);
  }
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return co_await after_refusal(std::move(*refused));
  if (auto* error = std::get_if<Error>(&outcome)) co_return store_failed(*error);
  if (auto* error = std::get_if<CallError>(&outcome)) {
    ++attempts_;
    refused_since_.reset();
    co_return co_await after_error(std::move(*error));
  }
  co_return std::nullopt;  // NotSent: the gate says why
}

// Reservations of others settle soon: they are waited for. What is spent stays spent: the job
// parks.
Task<CallDesk::Lead::Ended> CallDesk::Lead::after_refusal(Refused refused) {
  if (refused.paused)
    co_return end(Parked{"paused", std::move(refused.budget), std::nullopt}, Elsewhere::nowhere);
  const Moment moment = desk_.outside_.loop.clock().moment();
  if (!refused_since_) refused_since_ = moment;
  const Moment patience = *refused_since_ + kWaitMax;
  if (refused.reservations && moment < patience) {
    co_await desk_.outside_.journal.released(refused, patience);
    co_return std::nullopt;
  }
  if (refused.reservations && !refused.until) refused.until = now() + kBudgetAgain;
  // What has no price has no bound that others could be below.
  const bool priced = inquiry_.model->prices_at(now()) != nullptr;
  co_return end(Parked{"budget", std::move(refused.budget), refused.until},
                priced ? Elsewhere::cheaper : Elsewhere::anybody);
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after_error(CallError error) {
  if (error.maybe_charged) co_return co_await after_unknown(std::move(error));
  switch (error.error_class) {
    case ErrorClass::rate_limit:
      co_return std::nullopt;  // its quota group says until when
    case ErrorClass::quota:
      co_return std::nullopt;
    case ErrorClass::auth:
      if (!doors_[door_].endpoint.key.empty()) co_return std::nullopt;  // the next key, if any
      co_return end(
          Parked{"no_credentials",
                 fmt::format("{}: the provider wants a key {}", asked_about(), said(error)),
                 now() + kKeyAgain},
          Elsewhere::anybody);
    default:
      break;
  }
  if (error.transient()) co_return co_await after_transient(std::move(error));
  co_return end_for_all(error);
}

Error CallDesk::Lead::refusal(const CallError& error) const {
  return Error{Code::call_failed, fmt::format("{}: the provider refused {}{}", asked_about(),
                                              said(error), advice(error.error_class))};
}

// The lost call stays charged; whether it is repeated is the pipeline's to say.
Task<CallDesk::Lead::Ended> CallDesk::Lead::after_unknown(CallError error) {
  ++unknowns_;
  ++unknowns_now_;
  if (inquiry_.on_unknown != OnUnknown::repeat) co_return end(*past_unknowns(), Elsewhere::nowhere);
  if (unknowns_now_ >= kUnknownsInRun || unknowns_ >= kUnknownsEver ||
      unknowns_now_ > inquiry_.retries) {
    const auto what =
        fmt::format("{}: no answer came, {} {}; each of these calls stays charged at its bound",
                    asked_about(), times(unknowns_now_), said(error));
    co_return end(Failed{Error{Code::call_failed, what}}, elsewhere_after(error.error_class));
  }
  const Duration delay = retry_delay(error, unknowns_now_ - 1, desk_.outside_.random);
  co_return co_await wait(delay, "provider_down",
                          fmt::format("{}: no answer came {}", asked_about(), said(error)));
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after_transient(CallError error) {
  const std::string detail =
      fmt::format("{}: tried {}, the last time {}", asked_about(), times(attempts_), said(error));
  if (failures_ >= retries()) {
    // Nobody there at all: that is no verdict about the job.
    if (error.error_class == ErrorClass::connect) {
      co_return co_await wait(kProviderAgain, "provider_down", detail);
    }
    co_return end(Failed{Error{Code::call_failed, detail}}, elsewhere_after(error.error_class));
  }
  const Duration delay = retry_delay(error, failures_++, desk_.outside_.random);
  co_return co_await wait(
      delay, error.error_class == ErrorClass::rate_limit ? "rate_limit" : "provider_down", detail);
}

// The same question would get the same refusal: those who wait for it need not send it again.
CallDesk::Lead::Ended CallDesk::Lead::end_for_all(const CallError& error) {
  const Served served =
      std::unexpected(Declined{Failed{refusal(error)}, elsewhere_after(error.error_class)});
  flight_->landing->shared = served;
  return served;
}

}  // namespace docwright::pipeline
