// Reading JSON that others wrote: every member may be missing, null or of another type.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers::wire {

// Null where `json` is no object or has no such member.
inline const Json* member(const Json& json, std::string_view name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

// Empty where there is no such string.
inline std::string text_of(const Json& json, std::string_view name) {
  const Json* found = member(json, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

// More tokens than any request has. Ledgers add up counts times prices: without a bound, a few
// answers could be more than an integer holds, and would not be recorded.
inline constexpr std::int64_t kCountMax = 100'000'000;

// A count of tokens, at most kCountMax; some servers send it as 12.0. Zero where it is negative or
// no number.
inline std::int64_t count_of(const Json& json) {
  if (!json.is_number()) return 0;
  const double value = json.get<double>();
  if (!(value > 0)) return 0;
  return static_cast<std::int64_t>(std::ceil(std::min(value, double{kCountMax})));
}

// The same of a member; zero where it is missing.
inline std::int64_t count_of(const Json& json, std::string_view name) {
  const Json* found = member(json, name);
  return found == nullptr ? 0 : count_of(*found);
}

}  // namespace docwright::providers::wire
