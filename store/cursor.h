// Where a page ended, as an opaque text that clients give back. Internal to store/.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/error.h"

namespace docwright::store {

struct Cursor {
  std::int64_t number = 0;
  std::string text;
};
std::string make_cursor(const Cursor& cursor);
Result<Cursor> parse_cursor(std::string_view text);

}  // namespace docwright::store
