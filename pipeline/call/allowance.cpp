#include "pipeline/call/allowance.h"

#include <algorithm>

namespace docwright::pipeline {
namespace {

using providers::wire::Limited;
using providers::wire::LimitSaid;
using std::chrono::hours;
using std::chrono::minutes;

std::int64_t amount(Limited what, std::int64_t requests, const Demand& demand) {
  switch (what) {
    case Limited::requests:
      return requests;
    case Limited::tokens:
      return demand.tokens;
    case Limited::input_tokens:
      return demand.input;
    case Limited::output_tokens:
      return demand.output;
  }
  return 0;
}

DayStart day_start(const providers::LimitRules& rules) {
  return rules.day_begins == providers::QuotaReset::midnight_pacific ? DayStart::pacific
                                                                     : DayStart::utc;
}

}  // namespace

Allowance::Allowance(const config::LimitSettings& settings, const providers::LimitRules& rules,
                     Now now, std::span<const PastCalls> past)
    : burst_(settings.burst), charged_when_used_(rules.charged == providers::TokensCharged::used) {
  const auto then = [&](Time time) {
    return Now{now.moment - std::max(now.time - time, Duration{0}), std::min(time, now.time)};
  };
  const Moment begin = past.empty() ? now.moment : then(past.front().at).moment;
  const auto per_minute = [&](Limited what, std::int64_t limit) {
    if (limit > 0) buckets_.push_back({what, limit, RateBucket(rate(limit, minutes(1)), begin)});
  };
  per_minute(Limited::requests, settings.requests_per_minute);
  per_minute(Limited::tokens, settings.tokens_per_minute);
  per_minute(Limited::input_tokens, settings.input_tokens_per_minute);
  per_minute(Limited::output_tokens, settings.output_tokens_per_minute);
  const auto per_day = [&](Limited what, std::int64_t limit) {
    if (limit > 0) days_.push_back({what, DayCounter(limit, day_start(rules))});
  };
  per_day(Limited::requests, settings.requests_per_day);
  per_day(Limited::tokens, settings.tokens_per_day);
  for (const PastCalls& calls : past) charge(calls.requests, taken(calls, rules), then(calls.at));
}

// Limits per day that are learned fill continuously too, but may be used at once.
RateBucket::Rate Allowance::rate(std::int64_t amount, Duration period) const {
  if (period > minutes(1)) return {amount, period, amount};
  const auto part = static_cast<double>(burst_.count()) / static_cast<double>(period.count());
  return {amount, period, static_cast<std::int64_t>(static_cast<double>(amount) * part)};
}

Allowance::Ready Allowance::ready(const Demand& demand, Now now) const {
  Ready ready{now.moment};
  for (const Bucket& one : buckets_) {
    ready.at = std::max(ready.at, one.bucket.ready(amount(one.what, 1, demand), now.moment));
  }
  if (supposed_) ready.at = std::max(ready.at, supposed_->ready(1, now.moment));
  for (const Day& day : days_) {
    const Duration wait = day.counter.ready(amount(day.what, 1, demand), now.time) - now.time;
    if (wait <= Duration{0}) continue;
    ready.next_day = true;
    ready.at = std::max(ready.at, now.moment + wait);
  }
  return ready;
}

Duration Allowance::pace(const Demand& demand) const {
  Duration longest{0};
  if (supposed_) longest = supposed_->rate().period / supposed_->rate().amount;
  for (const Bucket& one : buckets_) {
    const RateBucket::Rate& rate = one.bucket.rate();
    const double time = static_cast<double>(amount(one.what, 1, demand)) /
                        static_cast<double>(rate.amount) * static_cast<double>(rate.period.count());
    longest = std::max(longest, Duration(static_cast<Duration::rep>(std::min(time, 1e15))));
  }
  return longest;
}

bool Allowance::knows_a_minute() const {
  return std::ranges::any_of(
      buckets_, [](const Bucket& one) { return one.bucket.rate().period <= minutes(1); });
}

void Allowance::suppose(std::optional<std::int64_t> requests_per_minute, Now now) {
  if (!requests_per_minute) return supposed_.reset();
  const RateBucket::Rate rate{*requests_per_minute, minutes(1), 1};
  if (!supposed_) {
    supposed_.emplace(rate, now.moment);
    supposed_->lower_to(0, now.moment);
  } else if (supposed_->rate() != rate) {
    supposed_->change(rate, now.moment);
  }
}

void Allowance::charge(std::int64_t requests, const Demand& demand, Now now) {
  for (Bucket& one : buckets_) one.bucket.take(amount(one.what, requests, demand), now.moment);
  if (supposed_) supposed_->take(requests, now.moment);
  for (Day& day : days_) day.counter.take(amount(day.what, requests, demand), now.time);
}

void Allowance::reserve(const Demand& demand, Now now) {
  output_in_flight_ += demand.output;
  charge(1, demand, now);
}

void Allowance::settle(const Demand& reserved, int requests, const Demand& used, Now now) {
  output_in_flight_ -= reserved.output;
  charge(
      requests - 1,
      {used.input - reserved.input, used.output - reserved.output, used.tokens - reserved.tokens},
      now);
}

Allowance::Bucket* Allowance::find(const LimitSaid& said) {
  const auto found = std::ranges::find_if(buckets_, [&](const Bucket& one) {
    return one.what == said.what && one.bucket.rate().period == said.period;
  });
  return found == buckets_.end() ? nullptr : &*found;
}

Allowance::Day* Allowance::find_day(const LimitSaid& said) {
  if (said.period < hours(24)) return nullptr;
  const auto found = std::ranges::find(days_, said.what, &Day::what);
  return found == days_.end() ? nullptr : &*found;
}

void Allowance::heard(std::span<const LimitSaid> limits, Now now) {
  for (const LimitSaid& said : limits) {
    Bucket* known = find(said);
    if (known == nullptr && find_day(said) == nullptr && said.limit) {
      buckets_.push_back({said.what, 0, RateBucket(rate(*said.limit, said.period), now.moment)});
    } else if (known != nullptr && said.limit) {
      const std::int64_t limit =
          known->configured > 0 ? std::min(known->configured, *said.limit) : *said.limit;
      const RateBucket::Rate wanted = rate(limit, said.period);
      if (known->bucket.rate().amount != limit) known->bucket.change(wanted, now.moment);
    }
    if (said.remaining) lower(said, now);
  }
}

// What is on its way and will be charged when it was written is not in the provider's figure yet.
void Allowance::lower(const LimitSaid& said, Now now) {
  std::int64_t left = *said.remaining;
  const bool of_output = said.what == Limited::tokens || said.what == Limited::output_tokens;
  if (of_output && charged_when_used_) left -= output_in_flight_;
  if (Bucket* known = find(said)) known->bucket.lower_to(left, now.moment);
  if (Day* day = find_day(said)) day->counter.lower_to(left, now.time);
}

}  // namespace docwright::pipeline
