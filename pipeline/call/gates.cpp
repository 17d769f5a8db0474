#include "pipeline/call/gates.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/hash.h"

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
constexpr Duration kRefusedKeyAgain = std::chrono::minutes(10);

}  // namespace

std::string Gates::key_of(const providers::Model& model, const providers::Endpoint& endpoint) {
  return hex(sha256_of({model.provider, model.api_name, endpoint.base_url, endpoint.key}));
}

void Gates::learn(const std::string& gate, const providers::CallError& error, Key key, int put_off,
                  Time now, Random& random) {
  Closed closed{now, error.error_class, "the provider said " + said(error)};
  switch (error.error_class) {
    case ErrorClass::rate_limit:
      closed.until += retry_delay(error, put_off, random);
      break;
    case ErrorClass::quota:
      closed.until += error.retry_after.value_or(kQuotaAgain);
      break;
    case ErrorClass::auth:
      if (key == Key::none) return;
      closed.until += kRefusedKeyAgain;
      closed.message = "the provider refuses the key " + said(error);
      break;
    default:
      return;
  }
  if (closed_.size() >= kGatesMax) closed_.clear();
  Closed& known = closed_[gate];
  if (known.until < closed.until) known = std::move(closed);
}

std::optional<Gates::Closed> Gates::closed(const std::string& gate, Time now) {
  const auto found = closed_.find(gate);
  if (found == closed_.end()) return std::nullopt;
  if (found->second.until > now) return found->second;
  closed_.erase(found);
  return std::nullopt;
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
