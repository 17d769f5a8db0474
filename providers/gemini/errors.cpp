#include "providers/gemini/errors.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/retry_hint.h"

namespace docwright::providers::gemini {
namespace {

using namespace wire;

// "quota" in a message says nothing: limits of a minute are told in the same words.
constexpr std::array kRules = {
    ErrorRule{.status = 429, .phrase = "spending cap", .error_class = ErrorClass::quota},
    ErrorRule{.status = 429, .phrase = "spend cap", .error_class = ErrorClass::quota},
    ErrorRule{.status = 429, .phrase = "credits are depleted", .error_class = ErrorClass::quota},
    ErrorRule{.status = 400, .phrase = "pass a valid api key", .error_class = ErrorClass::auth},
    ErrorRule{.status = 403, .phrase = "unregistered callers", .error_class = ErrorClass::auth},
    ErrorRule{.status = 403, .phrase = "reported as leaked", .error_class = ErrorClass::auth},
    ErrorRule{.status = 400,
              .phrase = "request payload size exceeds the limit",
              .error_class = ErrorClass::too_large},
    ErrorRule{.code = "FAILED_PRECONDITION", .error_class = ErrorClass::permission},
    ErrorRule{.code = "DEADLINE_EXCEEDED", .error_class = ErrorClass::timeout},
};

// Which status belongs to a name, for errors that have come under a good one and tell no code.
struct NameStatus {
  std::string_view name;
  int status;
};
constexpr std::array kStatuses = {
    NameStatus{"INVALID_ARGUMENT", 400},  NameStatus{"FAILED_PRECONDITION", 400},
    NameStatus{"OUT_OF_RANGE", 400},      NameStatus{"UNAUTHENTICATED", 401},
    NameStatus{"PERMISSION_DENIED", 403}, NameStatus{"NOT_FOUND", 404},
    NameStatus{"ABORTED", 409},           NameStatus{"RESOURCE_EXHAUSTED", 429},
    NameStatus{"CANCELLED", 499},         NameStatus{"INTERNAL", 500},
    NameStatus{"UNAVAILABLE", 503},       NameStatus{"DEADLINE_EXCEEDED", 504},
};

// What an error tells beside its message.
struct Details {
  int status = 500;      // HTTP, as the body has it
  bool per_day = false;  // a limit of a day is used up
  bool none = false;     // the limit is zero: the plan does not have this model
  std::optional<Duration> retry;
};

// "limit: 0" in a message, and no longer number.
bool says_limit_zero(std::string_view message) {
  constexpr std::string_view kZero = "limit: 0";
  for (std::size_t at = message.find(kZero); at != message.npos; at = message.find(kZero, at + 1)) {
    const std::size_t next = at + kZero.size();
    const bool longer =
        next < message.size() && std::isdigit(static_cast<unsigned char>(message[next])) != 0;
    if (!longer) return true;
  }
  return false;
}

int status_of(const Json& error) {
  const std::int64_t code = count_of(error, "code");
  if (code >= 300 && code < 600) return static_cast<int>(code);
  const auto named = std::ranges::find(kStatuses, text_of(error, "status"), &NameStatus::name);
  return named == kStatuses.end() ? 500 : named->status;
}

void take_violation(Details& details, const Json& violation) {
  details.per_day |= text_of(violation, "quotaId").contains("PerDay");
  const Json* value = member(violation, "quotaValue");
  details.none |= value != nullptr && (*value == "0" || *value == 0);
}

Details details_of(std::string_view body) {
  Details details;
  const Result<Json> parsed = read_json(body);
  if (!parsed) return details;
  const Json& top = parsed->is_array() && !parsed->empty() ? parsed->front() : *parsed;
  const Json* error = member(top, "error");
  if (error == nullptr) return details;
  details.status = status_of(*error);
  details.none = says_limit_zero(text_of(*error, "message"));
  const Json* list = member(*error, "details");
  if (list == nullptr || !list->is_array()) return details;
  for (const Json& entry : *list) {
    if (std::string delay = text_of(entry, "retryDelay"); !delay.empty())
      details.retry = go_duration(delay);
    const Json* violations = member(entry, "violations");
    if (violations == nullptr || !violations->is_array()) continue;
    for (const Json& violation : *violations) take_violation(details, violation);
  }
  return details;
}

// Limits of a day and of a plan come with a short wait that helps nobody.
CallError with_details(CallError error, const Details& details) {
  if (details.retry && error.transient()) error.retry_after = details.retry;
  const bool limit =
      error.error_class == ErrorClass::rate_limit || error.error_class == ErrorClass::quota;
  if (!limit || (!details.none && !details.per_day)) return error;
  error.error_class = ErrorClass::quota;
  error.retry_after = std::nullopt;
  if (!details.none) error.quota_reset = QuotaReset::midnight_pacific;
  return error;
}

}  // namespace

CallError error_of(const HttpResponse& response) {
  return with_details(wire::error_of(response, kRules), details_of(response.body));
}

CallError error_in_answer(std::string_view body, bool worked) {
  const Details details = details_of(body);
  return with_details(error_under_good_status(body, worked, kRules, details.status), details);
}

}  // namespace docwright::providers::gemini
