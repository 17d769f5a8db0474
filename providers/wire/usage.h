// Counts of tokens that others report.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <optional>

#include "providers/wire/members.h"
#include "tokens/money.h"

namespace docwright::providers::wire {

inline bool is_count(const Json* value) {
  return value != nullptr && value->is_number() && value->get<double>() >= 0;
}

// Whether each of these members is a count, null or missing: a text or a negative number says that
// something was counted, but not what, and is no zero.
inline bool countable(const Json& usage, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(names, [&](std::string_view name) {
    const Json* value = member(usage, name);
    return value == nullptr || value->is_null() || is_count(value);
  });
}

// Absent where nothing was counted (a prompt of no tokens does not exist) or more than any request
// has: what a server says then is worth nothing, and the call stays charged at its bound.
inline std::optional<Usage> believable(const Usage& counted) {
  if (counted.input == 0) return std::nullopt;
  if (std::max(counted.input, counted.output) >= kCountMax) return std::nullopt;
  return counted;
}

}  // namespace docwright::providers::wire
