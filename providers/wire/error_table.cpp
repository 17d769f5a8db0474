#include "providers/wire/error_table.h"

#include <array>

namespace docwright::providers::wire {
namespace {

using enum ErrorClass;

struct Meaning {
  std::string_view text;
  ErrorClass error_class;
};

// Machine codes, in any of the fields for them: what the provider itself says comes first.
constexpr std::array kCodes = {
    Meaning{"context_length_exceeded", context_length},
    Meaning{"exceed_context_size_error", context_length},
    Meaning{"content_filter", content_filter},
    Meaning{"ResponsibleAIPolicyViolation", content_filter},
    Meaning{"content_policy_violation", content_filter},
    Meaning{"image_content_policy_violation", content_filter},
    Meaning{"invalid_prompt", content_filter},
    Meaning{"bio_policy", content_filter},
    Meaning{"insufficient_quota", quota},
    Meaning{"credit_balance_exhausted", quota},
    Meaning{"billing_error", quota},
    Meaning{"billing_hard_limit_reached", quota},
    Meaning{"billing_not_active", quota},
    Meaning{"enforced_spend_limit_reached", quota},
    Meaning{"usage_limit_reached", quota},
    Meaning{"invalid_api_key", auth},
    Meaning{"account_deactivated", auth},
    Meaning{"authentication_error", auth},
    Meaning{"API_KEY_INVALID", auth},
    Meaning{"UNAUTHENTICATED", auth},
    Meaning{"permission_error", permission},
    Meaning{"request_forbidden", permission},
    Meaning{"unsupported_country_region_territory", permission},
    Meaning{"model_not_found", not_found},
    Meaning{"DeploymentNotFound", not_found},
    Meaning{"not_found_error", not_found},
    Meaning{"NotFoundError", not_found},
    Meaning{"NOT_FOUND", not_found},
    Meaning{"model_decommissioned", not_found},
    Meaning{"data_residency_mismatch", invalid_request},
    Meaning{"not_supported_error", invalid_request},
    Meaning{"overloaded_error", overloaded},
    Meaning{"server_is_overloaded", overloaded},
    Meaning{"service_unavailable_error", overloaded},
    Meaning{"capacity_exceeded", overloaded},
    Meaning{"unavailable_error", overloaded},
    Meaning{"UNAVAILABLE", overloaded},
    Meaning{"slow_down", rate_limit},
};

// Whole families of codes, by their ends.
constexpr std::array kCodeEnds = {
    Meaning{"_spend_limit_exceeded", quota},
    Meaning{"_usage_limit_exceeded", quota},
};

// Common to many errors, so that only where no status speaks they do.
constexpr std::array kTypes = {
    Meaning{"invalid_request_error", invalid_request},
    Meaning{"BadRequestError", invalid_request},
    Meaning{"UnprocessableEntityError", invalid_request},
    Meaning{"timeout", timeout},
};

// Parts of error.message, in lower case; never looked for in the whole body, which may echo the
// prompt.
constexpr std::array kPhrases = {
    Meaning{"maximum context length", context_length},
    Meaning{"context length exceeded", context_length},
    Meaning{"exceed context limit", context_length},
    Meaning{"prompt is too long", context_length},
    Meaning{"input is too long", context_length},
    Meaning{"input tokens exceed the configured limit", context_length},
    Meaning{"exceeds the context window", context_length},
    Meaning{"exceeds the available context size", context_length},
    Meaning{"exceeds the maximum number of tokens allowed", context_length},
    Meaning{"is longer than the model's context length", context_length},
    Meaning{"maximum input length", context_length},
    Meaning{"reduce the length of the messages", context_length},
    Meaning{"`inputs` tokens + `max_new_tokens` must be", context_length},
    Meaning{"greater than the context length", context_length},
    Meaning{"requested token count exceeds", context_length},
    Meaning{"but model only supports up to", context_length},
    Meaning{"longer than the maximum model length", context_length},
    Meaning{"`inputs` must have less than", context_length},
    Meaning{"exceeds the context length", context_length},
    Meaning{"context size has been exceeded", context_length},
    Meaning{"tokens when context the overflows", context_length},
    Meaning{"content management policy", content_filter},
    Meaning{"credit balance is too low", quota},
    Meaning{"exceeded your current quota", quota},
    Meaning{"reached your specified api usage limits", quota},
    Meaning{"api key not valid", auth},
    Meaning{"api key expired", auth},
};

}  // namespace

std::optional<ErrorClass> class_of_code(std::string_view code) {
  for (const Meaning& entry : kCodes) {
    if (entry.text == code) return entry.error_class;
  }
  for (const Meaning& entry : kCodeEnds) {
    if (code.ends_with(entry.text)) return entry.error_class;
  }
  return std::nullopt;
}

std::optional<ErrorClass> class_of_type(std::string_view type) {
  for (const Meaning& entry : kTypes) {
    if (entry.text == type) return entry.error_class;
  }
  return std::nullopt;
}

std::optional<ErrorClass> class_of_words(std::string_view message) {
  for (const Meaning& entry : kPhrases) {
    if (message.contains(entry.text)) return entry.error_class;
  }
  return std::nullopt;
}

ErrorClass class_of_status(int status) {
  switch (status) {
    case 401:
      return auth;
    case 402:
      return quota;
    case 403:
      return permission;
    case 404:
      return not_found;
    case 407:
      return connect;  // a proxy's: nobody behind it was reached
    case 408:
      return timeout;
    case 409:
      return server;  // a conflict on their side: asked again, it succeeds
    case 413:
      return too_large;
    case 424:
      return server;
    case 425:
    case 429:
      return rate_limit;
    case 498:
      return overloaded;
    case 499:
      return cancelled;
    case 503:
    case 529:
      return overloaded;
    default:
      break;
  }
  if (status >= 500) return server;
  if (status >= 300) return invalid_request;
  return server;  // an error object under a good status
}

}  // namespace docwright::providers::wire
