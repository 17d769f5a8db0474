#include "pipeline/call/quota_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <utility>

#include "pipeline/call/gates.h"

namespace docwright::pipeline {
namespace asio = boost::asio;
using boost::system::error_code;
using providers::CallError;
using providers::ErrorClass;

namespace {

constexpr Duration kSpreadMax = std::chrono::minutes(1);
// A server may count a call for a moment after its answer.
constexpr Duration kRest = std::chrono::seconds(1);

// Signs that a provider or the way to it has too much to do.
bool is_congestion(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::rate_limit:
    case ErrorClass::overloaded:
    case ErrorClass::server:
    case ErrorClass::timeout:
    case ErrorClass::network:
      return true;
    default:
      return false;
  }
}

// Nothing was read, so no tokens were counted. (Of a request that is refused for what it says, the
// prompt was.)
bool is_unread(const CallError& error) {
  return error.error_class == ErrorClass::rate_limit ||
         error.error_class == ErrorClass::overloaded || error.error_class == ErrorClass::server;
}

}  // namespace

QuotaGroup::Turn& QuotaGroup::Turn::operator=(Turn&& other) noexcept {
  if (this != &other) {
    if (group_) group_->settle(*this, 0, {});
    group_ = std::move(other.group_);
    demand_ = other.demand_;
    began_ = other.began_;
    out_ = other.out_;
    at_rest_ = other.at_rest_;
  }
  return *this;
}

QuotaGroup::Turn::~Turn() {
  if (group_) group_->settle(*this, 0, {});
}

void QuotaGroup::Turn::answered(const std::optional<Usage>& usage, std::optional<Duration> took) {
  if (!group_) return;
  group_->answered(began_, usage, took);
  group_->settle(*this, 1, usage ? taken(demand_, *usage, group_->rules_.provider) : demand_);
}

void QuotaGroup::Turn::failed(const CallError& error) {
  if (!group_) return;
  group_->widen();
  if (is_congestion(error) && group_->window_.too_much(began_) &&
      error.error_class == ErrorClass::rate_limit) {
    ++group_->refusals_;
  }
  if (error.error_class == ErrorClass::rate_limit && !error.maybe_charged) {
    if (!error.retry_after) group_->silent_.refused(out_, at_rest_, group_->now().moment);
    group_->suppose();
    group_->pause(error);
  }
  if (error.maybe_charged) return group_->settle(*this, 1, demand_);
  if (error.status == 0) return group_->settle(*this, 0, {});  // it has reached nobody
  const Demand prompt{demand_.input, 0, std::min(demand_.input, demand_.tokens)};
  group_->settle(*this, 1, is_unread(error) ? Demand{} : prompt);
}

QuotaGroup::QuotaGroup(Loop& loop, Random& random, Rules rules, std::span<const PastCalls> past)
    : loop_(loop),
      random_(random),
      rules_(std::move(rules)),
      allowance_(rules_.settings, rules_.provider, now(), past),
      window_(rules_.settings.calls_at_once_min, rules_.settings.calls_at_once_max > 0
                                                     ? rules_.settings.calls_at_once_max
                                                     : rules_.calls_max),
      last_end_(now().moment),
      alarm_(loop, [this] { serve(); }) {
  widen();
}

QuotaGroup::~QuotaGroup() = default;

Allowance::Now QuotaGroup::now() const {
  return {loop_.clock().moment(), loop_.clock().now()};
}

Task<QuotaGroup::Reply> QuotaGroup::turn(Wish wish) {
  const Next here = next(wish.demand);
  if (line_.empty() && window_.has_room() && here.ready.at <= now().moment) {
    line_.served(wish.tenant);
    co_return Reply{admit(wish.demand), {}};
  }
  if (wish.has_others) {
    const Duration line = allowance_.pace(wish.demand) * static_cast<Duration::rep>(line_.size());
    if (line > wish.wait_max) co_return Reply{{}, put_off(wish, {{now().moment + line}})};
  }
  auto start = [self = shared_from_this(), &wish](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    const std::string tenant = wish.tenant;
    auto place = self->line_.join(tenant, Waiter{std::move(wish), std::move(handler)});
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr(self), place = std::move(place)](asio::cancellation_type) {
        const auto group = weak.lock();
        auto waiter = group ? group->line_.take(place) : std::nullopt;
        if (!waiter) return;
        group->finish(std::move(waiter->handler), asio::error::operation_aborted, {});
        group->serve();
      });
    }
    self->serve();
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                          void(error_code, Reply)>(std::move(start), use_task);
}

QuotaGroup::State QuotaGroup::state() const {
  const Allowance::Now at = now();
  if (pause_.until <= at.moment) return {};
  return {at.time + (pause_.until - at.moment), pause_.why};
}

// When the limits and the provider would let it go.
QuotaGroup::Next QuotaGroup::next(const Demand& demand) const {
  Next next{allowance_.ready(demand, now())};
  if (next.ready.at < pause_.next) {
    next.ready.at = pause_.next;
    next.pause = true;
  }
  return next;
}

// What calls in flight have reserved may come back: as long as there are any, it may be soon.
bool QuotaGroup::too_far(const Next& next, const Wish& wish) const {
  const bool settled = next.pause || next.ready.next_day || wish.has_others || window_.used() == 0;
  return settled && next.ready.at - now().moment > wish.wait_max;
}

void QuotaGroup::serve() {
  while (!line_.empty()) {
    const Wish& wish = line_.front().wish;
    const Next first = next(wish.demand);
    if (too_far(first, wish)) {
      Waiter waiter = line_.pop();
      Later later = put_off(waiter.wish, first);
      finish(std::move(waiter.handler), {}, Reply{{}, std::move(later)});
    } else if (first.ready.at > now().moment) {
      return alarm_.set(first.ready.at);
    } else if (window_.has_room()) {
      Waiter waiter = line_.pop();
      finish(std::move(waiter.handler), {}, Reply{admit(waiter.wish.demand), {}});
    } else {
      break;  // a call that ends goes on here
    }
  }
  alarm_.clear();
}

QuotaGroup::Turn QuotaGroup::admit(const Demand& demand) {
  const Allowance::Now at = now();
  silent_.began(at.moment);
  suppose();
  allowance_.reserve(demand, at);
  booked_.clear();
  if (at.moment < pause_.until + pause_.spread) {
    const auto others = static_cast<Duration::rep>(line_.size() + 1);
    pause_.next = at.moment + random_.up_to(2 * pause_.spread / others);
  }
  Turn turn;
  turn.group_ = shared_from_this();
  turn.demand_ = demand;
  turn.out_ = at.moment;
  turn.at_rest_ = window_.used() == 0 && at.moment - last_end_ >= kRest;
  turn.began_ = window_.begin();
  return turn;
}

// Those who are put off by a slow limit come back one after another, at its pace; after a pause or
// at a new day, not all at the same instant.
QuotaGroup::Later QuotaGroup::put_off(const Wish& wish, const Next& next) {
  const Allowance::Now at = now();
  Moment until = next.ready.at;
  if (next.pause || next.ready.next_day) {
    until += random_.up_to(std::min((until - at.moment) / 10, kSpreadMax));
  } else if (!wish.has_others) {
    until = book(wish, until);
  }
  std::string why = next.pause ? pause_.why
                    : next.ready.next_day
                        ? fmt::format("the day's limit of '{}' is used up", rules_.name)
                        : fmt::format("the limits of '{}' are used up", rules_.name);
  return {at.time + (until - at.moment), next.ready.next_day, std::move(why)};
}

// Each tenant has a row of its own: who comes late with one call does not come after all that
// another one has put off.
Moment QuotaGroup::book(const Wish& wish, Moment earliest) {
  Moment& next = booked_[wish.tenant];
  const Moment at = std::max(next, earliest);
  next = at + allowance_.pace(wish.demand) * static_cast<Duration::rep>(booked_.size());
  return at;
}

// Later, on the loop: the caller may be in the middle of something. A turn that nobody takes any
// more gives itself back.
void QuotaGroup::finish(Handler handler, error_code error, Reply reply) {
  loop_.post([handler = std::move(handler), error, reply = std::move(reply)]() mutable {
    handler(error, std::move(reply));
  });
}

// A pause never ends earlier than it would have.
void QuotaGroup::pause(const CallError& error) {
  const Moment moment = now().moment;
  const Moment until = moment + retry_delay(error, std::max(refusals_ - 1, 0), random_);
  if (until <= pause_.until) return;
  pause_.until = until;
  pause_.spread = std::min((until - moment) / 10, kSpreadMax);
  const auto others = static_cast<Duration::rep>(line_.size() + 1);
  pause_.next = until + random_.up_to(pause_.spread / others);
  pause_.why = "the provider said " + said(error);
}

void QuotaGroup::widen() {
  if (allowance_.knows_a_minute()) window_.limits_known();
}

// What is told goes before what is supposed.
void QuotaGroup::suppose() {
  allowance_.suppose(allowance_.knows_a_minute() ? std::nullopt : silent_.per_minute(), now());
}

void QuotaGroup::answered(CallWindow::Stamp began, const std::optional<Usage>& usage,
                          std::optional<Duration> took) {
  refusals_ = 0;
  silent_.let_in(now().moment);
  suppose();
  widen();
  if (usage && took && window_.is_current(began))
    pace_.learn(*took, usage->output, window_.size(), now().moment);
  if (!pace_.is_slow()) {
    window_.good(began);
  } else if (!pace_.is_stale(now().moment)) {
    window_.slow();
  } else if (window_.too_much(began)) {
    pace_.halved(now().moment);
  }
}

void QuotaGroup::settle(Turn& turn, int requests, const Demand& used) {
  allowance_.settle(turn.demand_, requests, used, now());
  window_.end();
  last_end_ = now().moment;
  const std::shared_ptr<QuotaGroup> self = std::exchange(turn.group_, nullptr);
  self->serve();
}

// Limits that a refusal tells let nobody out before its end has been heard too.
void QuotaGroup::heard(int status, const providers::Headers& headers) {
  allowance_.heard(providers::wire::limits_said(rules_.provider.headers, headers), now());
  if (status >= 400) return;
  widen();
  serve();
}

}  // namespace docwright::pipeline
