#include "providers/anthropic/errors.h"

#include <algorithm>
#include <array>

#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/retry_hint.h"
#include "runtime/text.h"

namespace docwright::providers::anthropic {
namespace {

using namespace wire;

constexpr std::array kRules = {
    ErrorRule{.code = "request_too_large", .error_class = ErrorClass::too_large},
    ErrorRule{.code = "timeout_error", .error_class = ErrorClass::timeout},
    ErrorRule{.phrase = "organization has been disabled", .error_class = ErrorClass::permission},
    ErrorRule{.status = 400,
              .phrase = "content filtering policy",
              .error_class = ErrorClass::content_filter},
};

struct TypeStatus {
  std::string_view type;
  int status;
};
constexpr std::array kStatuses = {
    TypeStatus{"invalid_request_error", 400},
    TypeStatus{"authentication_error", 401},
    TypeStatus{"billing_error", 402},
    TypeStatus{"permission_error", 403},
    TypeStatus{"not_found_error", 404},
    TypeStatus{"conflict_error", 409},
    TypeStatus{"request_too_large", 413},
    TypeStatus{"rate_limit_error", 429},
    TypeStatus{"api_error", 500},
    TypeStatus{"timeout_error", 504},
    TypeStatus{"overloaded_error", 529},
};

int status_named(std::string_view body) {
  const Result<Json> parsed = read_json(body);
  const Json* error = parsed ? member(*parsed, "error") : nullptr;
  const std::string type = error == nullptr ? std::string() : text_of(*error, "type");
  for (const TypeStatus& entry : kStatuses) {
    if (entry.type == type) return entry.status;
  }
  return 500;
}

// "You will regain access on 2026-09-01 at 00:00 UTC.", against the answer's own clock.
std::optional<Duration> access_regained(const HttpResponse& response, std::string_view message) {
  constexpr std::string_view kPhrase = "regain access on ";
  constexpr std::size_t kDate = 10;
  const std::size_t at = message.find(kPhrase);
  const auto now = http_date(header(response.headers, "date"));
  if (at == message.npos || !now) return std::nullopt;
  const std::string_view rest = message.substr(at + kPhrase.size());
  const bool hour = rest.size() >= kDate + 9 && rest.substr(kDate, 4) == " at ";
  const auto then = parse_rfc3339(std::string(rest.substr(0, kDate)) + "T" +
                                  std::string(hour ? rest.substr(kDate + 4, 5) : "00:00") + ":00Z");
  if (!then) return std::nullopt;
  return std::clamp<Duration>(*then - *now, Duration{0}, std::chrono::hours(24));
}

}  // namespace

CallError error_of(const HttpResponse& response) {
  CallError error = wire::error_of(response, kRules);
  if (error.error_class == ErrorClass::quota && !error.retry_after)
    error.retry_after = access_regained(response, error.message);
  return error;
}

CallError error_in_answer(std::string_view body, bool worked) {
  return error_under_good_status(body, worked, kRules, status_named(body));
}

}  // namespace docwright::providers::anthropic
