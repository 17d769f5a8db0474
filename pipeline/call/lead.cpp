#include "pipeline/call/lead.h"

#include <fmt/format.h>

#include "pipeline/pipeline.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using providers::ErrorClass;

// With others to ask: what is waited for rather.
constexpr Duration kWaitBeforeOthers = std::chrono::seconds(5);

}  // namespace

std::string CallDesk::Lead::asked_about() const {
  return fmt::format("chunk {}, step '{}', model '{}'", inquiry_.key.chunk, inquiry_.key.step,
                     inquiry_.model->name);
}

Duration CallDesk::Lead::wait_max() const {
  return patience_ == Patience::moves_on ? kWaitBeforeOthers : kWaitMax;
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
    if (Ended ended = after_earlier_runs(*tried)) co_return ended;
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
  order->received = [desk = &desk_, it = attempted.get()] {
    it->took = desk->outside_.loop.clock().moment() - it->sent;
    desk->out_.erase(it);
  };
  order->is_cut = [it = attempted.get()] { return it->cut; };
  order->heard = [group = attempted->quota_group](int status, const providers::Headers& headers) {
    if (group) group->heard(status, headers);
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

}  // namespace docwright::pipeline
