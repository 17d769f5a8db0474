#include "providers/simulator/limits.h"

#include <algorithm>

namespace docwright::providers::simulator {
namespace {

using std::chrono::days;

constexpr double kRounding = 1e-6;  // of a token: who waited as told is not sent away again

Duration seconds_of(double seconds) {
  return std::chrono::ceil<Duration>(std::chrono::duration<double>(seconds));
}

// How long a bucket takes to get `missing`.
Duration refill(double missing, std::int64_t per_minute) {
  return missing <= 0 ? Duration{} : seconds_of(missing * 60 / static_cast<double>(per_minute));
}

CallError exceeded(std::string code, Duration wait, std::int64_t limit, std::int64_t requested) {
  CallError error;
  error.error_class = ErrorClass::rate_limit;
  error.code = std::move(code);
  error.retry_after = wait;
  error.context = ContextNumbers{limit, requested};
  return error;
}

}  // namespace

// At least one request, or the bucket could never serve anybody.
double Limits::capacity(std::int64_t per_minute) const {
  const double minutes = std::chrono::duration<double>(options_.burst).count() / 60;
  return std::max(1.0, static_cast<double>(per_minute) * minutes);
}

Limits::Scope& Limits::fill(const Request& request) {
  Scope& scope = scopes_[request.scope];
  const auto fill_one = [&](Bucket& bucket, std::int64_t per_minute) {
    const double most = capacity(per_minute);
    if (!bucket.filled) bucket.left = most;
    const double passed =
        bucket.filled ? std::chrono::duration<double>(request.moment - *bucket.filled).count() : 0;
    bucket.left = std::min(most, bucket.left + passed * static_cast<double>(per_minute) / 60);
    bucket.filled = request.moment;
  };
  fill_one(scope.requests, options_.requests_per_minute);
  fill_one(scope.tokens, options_.tokens_per_minute);
  const std::int64_t today = std::chrono::floor<days>(request.time).time_since_epoch().count();
  if (scope.day != today) {
    scope.day = today;
    scope.requests_today = scope.tokens_today = 0;
  }
  return scope;
}

std::optional<CallError> Limits::take(const Request& request) {
  const LimitOptions& o = options_;
  if (o.concurrent_max > 0 && request.in_flight > o.concurrent_max) {
    return exceeded("concurrent", std::chrono::seconds(1), o.concurrent_max, request.in_flight);
  }
  Scope& scope = fill(request);
  const auto tokens = static_cast<double>(request.tokens);
  if (o.tokens_per_minute > 0 && tokens > capacity(o.tokens_per_minute)) {
    CallError error = exceeded(
        "tokens", {}, static_cast<std::int64_t>(capacity(o.tokens_per_minute)), request.tokens);
    error.error_class = ErrorClass::too_large;
    error.retry_after.reset();
    return error;
  }
  const Duration midnight = std::chrono::floor<days>(request.time) + days(1) - request.time;
  if (o.requests_per_day > 0 && scope.requests_today >= o.requests_per_day)
    return exceeded("requests_per_day", midnight, o.requests_per_day, 1);
  if (o.tokens_per_day > 0 && scope.tokens_today + request.tokens > o.tokens_per_day)
    return exceeded("tokens_per_day", midnight, o.tokens_per_day, request.tokens);
  if (o.requests_per_minute > 0 && scope.requests.left < 1 - kRounding) {
    return exceeded("requests", refill(1 - scope.requests.left, o.requests_per_minute),
                    o.requests_per_minute, 1);
  }
  if (o.tokens_per_minute > 0 && scope.tokens.left < tokens - kRounding) {
    return exceeded("tokens", refill(tokens - scope.tokens.left, o.tokens_per_minute),
                    o.tokens_per_minute, request.tokens);
  }
  scope.requests.left -= 1;
  scope.tokens.left -= tokens;
  ++scope.requests_today;
  scope.tokens_today += request.tokens;
  return std::nullopt;
}

LimitState Limits::state(const Request& request) {
  const Scope& scope = fill(request);
  LimitState state;
  state.now = request.time;
  const auto tell = [&](const Bucket& bucket, std::int64_t per_minute, std::int64_t& limit,
                        std::int64_t& left, Duration& reset) {
    if (per_minute == 0) return;
    limit = per_minute;
    left = static_cast<std::int64_t>(std::max(0.0, bucket.left));
    reset = refill(capacity(per_minute) - bucket.left, per_minute);
  };
  tell(scope.requests, options_.requests_per_minute, state.requests, state.requests_left,
       state.requests_reset);
  tell(scope.tokens, options_.tokens_per_minute, state.tokens, state.tokens_left,
       state.tokens_reset);
  state.requests_per_day = options_.requests_per_day;
  state.requests_per_day_left =
      std::max<std::int64_t>(0, options_.requests_per_day - scope.requests_today);
  state.day_reset = std::chrono::floor<days>(request.time) + days(1) - request.time;
  return state;
}

}  // namespace docwright::providers::simulator
