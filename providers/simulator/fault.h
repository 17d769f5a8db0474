// What can go wrong with a simulated request: the closed list of kinds, and one fault as a scenario
// states it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/answer.h"

namespace docwright::providers::simulator {

enum class FaultKind {
  rate_limit,
  quota,
  server_error,
  overloaded,
  timeout,
  conflict,
  auth,
  permission,
  not_found,
  too_large,
  content_filter,
  context_length,
  cut_before,
  cut_body,
  silent,
  stall,
  slow,
  error_frame,
  truncated,
  half_json,
  prose,
  wrong_names,
  refusal,
  filtered,
  usage_missing,
  usage_zero,
  usage_wrong,
  usage_elsewhere
};
std::string_view name(FaultKind kind);

struct FaultDescription {
  FaultKind kind;
  std::string_view name;
  std::optional<ErrorClass> refused_as;  // none: the provider works, and charges
  int status;                            // 0: the format's own for the class
  std::string_view sentence;
};
const std::vector<FaultDescription>& fault_descriptions();
const FaultDescription& description_of(FaultKind kind);

// Hits requests that match its model and key, from one number of them to another: every Nth, or
// each with a probability; all where neither is said.
struct Fault {
  FaultKind kind = FaultKind::server_error;
  std::int64_t every = 0;
  double probability = 1;
  std::int64_t from = 1;
  std::int64_t to = 0;         // 0: no end
  std::string model, key;      // empty: any
  std::int64_t status = 0;     // of a refusal, instead of its kind's
  Duration retry_after{};      // of a refusal; 0: the server's, for a rate_limit
  Duration delay{};            // of slow, before the first byte
  std::int64_t at_byte = -1;   // of cut_body and stall: bytes of the body that come; -1: half of it
  std::int64_t at_event = -1;  // of error_frame: events that come before it; -1: half of them
};

// "server_error", "rate_limit:every 7", "cut_body:0.05", "quota:from 1000"
Result<Fault> parse_fault(std::string_view text);

}  // namespace docwright::providers::simulator
