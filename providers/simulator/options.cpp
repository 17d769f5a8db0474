#include "providers/simulator/options.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "runtime/text.h"

namespace docwright::providers::simulator {
namespace {

constexpr std::array kFaults = {
    FaultDescription{FaultKind::rate_limit, "rate_limit", "429 with Retry-After"},
    FaultDescription{FaultKind::quota, "quota", "429 insufficient_quota: asking again never helps"},
    FaultDescription{FaultKind::server_error, "server_error", "500"},
    FaultDescription{FaultKind::overloaded, "overloaded", "503"},
    FaultDescription{FaultKind::context_length, "context_length", "400 context_length_exceeded"},
    FaultDescription{FaultKind::cut_before, "cut_before",
                     "charges, then closes the connection without a byte"},
    FaultDescription{FaultKind::cut_body, "cut_body",
                     "charges, sends half of the answer, closes the connection"},
    FaultDescription{FaultKind::silent, "silent", "charges and never answers"},
    FaultDescription{FaultKind::truncated, "truncated",
                     "half of the JSON, and says that the limit was reached"},
    FaultDescription{FaultKind::half_json, "half_json",
                     "half of the JSON, and says that it is complete"},
    FaultDescription{FaultKind::prose, "prose", "the JSON in a fence, with prose around it"},
    FaultDescription{FaultKind::wrong_names, "wrong_names",
                     "parameters of other names than the code's"},
};

Result<Fault> wrong(std::string_view text, std::string_view expected) {
  return fail(
      Code::invalid_request,
      fmt::format("'{}' is no fault: expected {}, as in 'server_error:every 7' or 'cut_body:0.05'",
                  text, expected));
}

}  // namespace

std::string_view name(FaultKind kind) {
  for (const FaultDescription& fault : kFaults) {
    if (fault.kind == kind) return fault.name;
  }
  std::abort();
}

std::vector<FaultDescription> fault_descriptions() {
  return {kFaults.begin(), kFaults.end()};
}

Result<Fault> parse_fault(std::string_view text) {
  const std::string_view kind = text.substr(0, text.find(':'));
  Fault fault;
  bool known = false;
  std::vector<std::string_view> names;
  for (const FaultDescription& entry : kFaults) {
    names.push_back(entry.name);
    if (entry.name != kind) continue;
    fault.kind = entry.kind;
    known = true;
  }
  if (!known)
    return wrong(text,
                 fmt::format("one of {}{}", fmt::join(names, ", "), did_you_mean(kind, names)));
  if (kind.size() == text.size()) return fault;

  std::string_view how = text.substr(kind.size() + 1);
  if (how.starts_with("every ")) {
    how.remove_prefix(6);
    const auto [end, error] = std::from_chars(how.data(), how.data() + how.size(), fault.every);
    if (error != std::errc{} || end != how.data() + how.size() || fault.every == 0) {
      return wrong(text, "a whole number from 1 after 'every'");
    }
    return fault;
  }
  const auto [end, error] = std::from_chars(how.data(), how.data() + how.size(), fault.probability);
  if (error != std::errc{} || end != how.data() + how.size() ||
      !(fault.probability > 0 && fault.probability <= 1)) {
    return wrong(text, "'every N' or a probability above 0 and up to 1");
  }
  return fault;
}

}  // namespace docwright::providers::simulator
