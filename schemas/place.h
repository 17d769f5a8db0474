// A place within a JSON value, kept as a chain on the stack: its JSON pointer is made only when
// something is to be said about it.
#pragma once
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace docwright::schemas {

struct Place {
  static constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();

  const Place* parent = nullptr;  // must outlive this one; none: `key` is the JSON pointer itself
  std::string_view key;
  std::size_t index = kNoIndex;  // of an array's element; else `key` names a member

  Place in(std::string_view member) const { return {this, member, kNoIndex}; }
  Place in(std::size_t element) const { return {this, {}, element}; }
  std::string pointer() const;
};

}  // namespace docwright::schemas
