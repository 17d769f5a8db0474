// What comes back: an answer, or an error that says what it means for whoever asked.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "tokens/money.h"

namespace docwright::providers {

enum class Finish { complete, length, content_filter, refusal, tool_call, error };
std::string_view name(Finish finish);

struct Answer {
  std::string text;  // what the model wrote (JSON, fences, prose), or a forced tool's input as JSON
  Finish finish = Finish::complete;
  std::string finish_raw;
  std::optional<Usage> usage;  // absent: the provider did not say; the bound stays charged
  std::string model;           // that answered
  std::string response_id;
};

// The closed list of error classes (reference: docs/reports.md).
enum class ErrorClass {
  auth,
  permission,
  not_found,
  context_length,
  too_large,
  invalid_request,
  content_filter,
  rate_limit,
  quota,
  overloaded,
  server,
  timeout,
  connect,    // no request has reached anybody
  network,    // lost after something was sent
  truncated,  // no end mark: cut
  malformed,  // not what the format allows
  cancelled
};
std::string_view name(ErrorClass error_class);
std::optional<ErrorClass> error_class_named(std::string_view name);

// What a context_length or too_large error says of itself, for who splits the question.
struct ContextNumbers {
  std::int64_t window = 0;     // tokens that are taken: the model's window, or a minute's limit
  std::int64_t requested = 0;  // what it was asked for: the prompt, or prompt and answer; 0: unsaid
};

// When a used-up quota is there again, where the provider's rules say it and its answer does not.
enum class QuotaReset { unsaid, midnight_utc, midnight_pacific };

struct CallError {
  ErrorClass error_class = ErrorClass::malformed;
  int status = 0;       // HTTP; 0 where there was no response
  std::string message;  // without secrets, at most 512 bytes
  std::optional<Duration> retry_after;
  // Whether the provider can have worked for us: false only where it is proven that no request
  // reached it (refused connection, DNS) or that it charged nothing (an HTTP error status). True
  // makes the call's outcome `unknown`.
  bool maybe_charged = false;
  std::string code = {};  // the provider's own, where it has one
  std::optional<ContextNumbers> context = std::nullopt;
  QuotaReset quota_reset = QuotaReset::unsaid;

  bool transient() const;  // may succeed when asked again: rate_limit, overloaded, server, timeout,
                           // connect, network, truncated, malformed
};

template <class T>
using CallResult = std::expected<T, CallError>;

}  // namespace docwright::providers
