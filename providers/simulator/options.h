// What `docwright simulator` can be told.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "runtime/error.h"

namespace docwright::providers::simulator {

enum class FaultKind {
  rate_limit,      // 429 with Retry-After
  quota,           // 429 insufficient_quota: asking again never helps
  server_error,    // 500
  overloaded,      // 503
  context_length,  // 400 context_length_exceeded
  cut_before,      // works (and charges), then closes the connection without a byte
  cut_body,        // works, sends half of the answer, closes
  silent,          // works, never answers
  truncated,       // finish_reason length, half of the JSON
  half_json,       // finish_reason stop, half of the JSON
  prose,           // the JSON in a fence with prose around it
  wrong_names      // parameters of other names
};
std::string_view name(FaultKind kind);
// With a sentence each, for the CLI's help.
struct FaultDescription {
  FaultKind kind;
  std::string_view name;
  std::string_view sentence;
};
std::vector<FaultDescription> fault_descriptions();

// Hits every Nth request that counts for it, or each with a probability; always where neither is
// said.
struct Fault {
  FaultKind kind = FaultKind::server_error;
  std::uint64_t every = 0;
  double probability = 1;
};
// "server_error", "rate_limit:every 7", "cut_body:0.05"
Result<Fault> parse_fault(std::string_view text);

struct Options {
  std::uint16_t port = 0;                          // of 127.0.0.1; 0: a free one
  Duration latency{};                              // before each answer
  std::uint64_t seed = 1;                          // of faults by probability
  std::int64_t requests_per_minute = 0;            // 0: no limit
  std::int64_t concurrent_max = 0;                 // 0: no limit
  std::vector<Fault> faults;                       // the first that hits counts
  Duration retry_after = std::chrono::seconds(1);  // what a 429 of a fault says
  std::string ledger_file;                         // empty: none
  std::size_t connections_max = 1024;
  std::size_t request_bytes_max = std::size_t{64} << 20;
};

}  // namespace docwright::providers::simulator
