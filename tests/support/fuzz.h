// What fuzz targets have in common.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace docwright::test {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// An assertion that stays in every build.
inline void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace docwright::test
