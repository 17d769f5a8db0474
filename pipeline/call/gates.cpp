#include "pipeline/call/gates.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/hash.h"
#include "tokens/day_counter.h"

namespace docwright::pipeline {
namespace {

using providers::ErrorClass;

constexpr Duration kBase = std::chrono::milliseconds(500);
constexpr Duration kOverloadedBase = std::chrono::seconds(2);
constexpr Duration kRateLimitBase = std::chrono::seconds(1);
constexpr Duration kCap = std::chrono::seconds(60);
constexpr std::size_t kGatesMax = 10'000;
// How long nobody asks where nothing says when to ask again.
constexpr Duration kQuotaAgain = std::chrono::hours(1);
// What would be there again sooner is no quota; servers put such hints on every 429.
constexpr Duration kQuotaAgainLeast = std::chrono::minutes(1);
constexpr Duration kRefusedKeyAgain = std::chrono::minutes(10);

// When a used-up quota is there again: as the provider says, else as its rules say.
Time quota_again(const providers::CallError& error, Time now) {
  if (error.retry_after) return now + std::max(*error.retry_after, kQuotaAgainLeast);
  switch (error.quota_reset) {
    case providers::QuotaReset::midnight_utc:
      return next_day(now, DayStart::utc);
    case providers::QuotaReset::midnight_pacific:
      return next_day(now, DayStart::pacific);
    case providers::QuotaReset::unsaid:
      break;
  }
  return now + kQuotaAgain;
}

}  // namespace

Gates::Way Gates::way(const providers::Model& model, const providers::Endpoint& endpoint) {
  const std::string target = hex(sha256_of(
      {"target", model.provider, model.api_name, endpoint.base_url, endpoint.deployment}));
  Way way{.target = target, .quota = {}, .key = {}};
  way.quota = hex(sha256_of({"quota", target, endpoint.key}));
  if (!endpoint.key.empty())
    way.key = hex(sha256_of({"key", model.provider, endpoint.base_url, endpoint.key}));
  return way;
}

void Gates::learn(const Way& way, const providers::CallError& error, Time now) {
  Closed closed{now, error.error_class, "the provider said " + said(error)};
  switch (error.error_class) {
    case ErrorClass::quota:
      closed.until = quota_again(error, now);
      return shut(way.quota, std::move(closed));
    case ErrorClass::auth:
      if (way.key.empty()) return;
      closed.until += kRefusedKeyAgain;
      closed.message = "the provider refuses the key " + said(error);
      return shut(way.key, std::move(closed));
    default:
      return;
  }
}

void Gates::shut(const std::string& gate, Closed closed) {
  if (closed_.size() >= kGatesMax) closed_.clear();
  Closed& known = closed_[gate];
  if (known.until < closed.until) known = std::move(closed);
}

std::optional<Gates::Closed> Gates::closed(const Way& way, Time now) {
  std::optional<Closed> longest;
  for (const std::string* gate : {&way.quota, &way.key}) {
    const auto found = closed_.find(*gate);
    if (found == closed_.end()) continue;
    if (found->second.until <= now) {
      closed_.erase(found);
    } else if (!longest || longest->until < found->second.until) {
      longest = found->second;
    }
  }
  return longest;
}

// Our own sentences go on after the provider's: its full stop is left out.
std::string said(const providers::CallError& error) {
  std::string text(name(error.error_class));
  if (error.status != 0) text += fmt::format(", HTTP {}", error.status);
  std::string_view message = error.message;
  if (message.ends_with('.')) message.remove_suffix(1);
  return message.empty() ? fmt::format("({})", text) : fmt::format("({}): {}", text, message);
}

Duration retry_delay(const providers::CallError& error, int attempt, Random& random) {
  const Duration base = error.error_class == ErrorClass::overloaded   ? kOverloadedBase
                        : error.error_class == ErrorClass::rate_limit ? kRateLimitBase
                                                                      : kBase;
  const Duration jitter = full_jitter(random, attempt, base, kCap);
  if (!error.retry_after) return jitter;
  // A hint of nothing, over and over, must not become a busy loop: backoff counts as well.
  const Duration hint = *error.retry_after;
  return std::max(hint + random.up_to(hint / 10), jitter);
}

}  // namespace docwright::pipeline
