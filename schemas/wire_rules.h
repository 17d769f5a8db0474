// What holds for one field of a message beyond its type. Built where the field is described
// (wire_describe.h).
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "runtime/clock.h"

namespace docwright::wire {

struct Rule {
  bool required = false;
  // Texts.
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();
  std::size_t bytes_min = 0;
  bool plain = false;                             // no control characters
  std::span<const std::string_view> one_of = {};  // a closed list
  // Integers.
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  // Durations.
  Duration shortest{};
  Duration longest = Duration::max();
  // Lists.
  std::size_t entries_min = 0;
  std::size_t entries_max = std::numeric_limits<std::size_t>::max();

  constexpr Rule must() const {
    Rule rule = *this;
    rule.required = true;
    return rule;
  }
  // Of a list, each of whose texts follows this rule.
  constexpr Rule list(std::size_t at_least, std::size_t at_most) const {
    Rule rule = *this;
    rule.entries_min = at_least;
    rule.entries_max = at_most;
    return rule;
  }
};

// 1 to so many bytes on one line.
constexpr Rule line(std::size_t bytes_max) {
  return {.bytes_max = bytes_max, .bytes_min = 1, .plain = true};
}
constexpr Rule word(std::span<const std::string_view> one_of) {
  return {.one_of = one_of};
}
constexpr Rule between(std::int64_t least, std::int64_t most) {
  return {.least = least, .most = most};
}
constexpr Rule lasting(Duration shortest, Duration longest) {
  return {.shortest = shortest, .longest = longest};
}

}  // namespace docwright::wire
