// Counts of tokens that others report.
#pragma once
#include <algorithm>
#include <optional>

#include "providers/wire/members.h"
#include "tokens/money.h"

namespace docwright::providers::wire {

// Absent where nothing was counted (a prompt of no tokens does not exist) or more than any request
// has: what a server says then is worth nothing, and the call stays charged at its bound.
inline std::optional<Usage> believable(const Usage& counted) {
  if (counted.input == 0) return std::nullopt;
  if (std::max(counted.input, counted.output) >= kCountMax) return std::nullopt;
  return counted;
}

}  // namespace docwright::providers::wire
