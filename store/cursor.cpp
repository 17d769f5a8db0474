#include "store/cursor.h"

#include <fmt/core.h>

#include <charconv>

namespace docwright::store {

std::string make_cursor(const Cursor& cursor) {
  return cursor.text.empty() ? fmt::format("{}", cursor.number)
                             : fmt::format("{}:{}", cursor.number, cursor.text);
}

Result<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor.number);
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || (!rest.empty() && rest.front() != ':')) {
    return fail(Code::invalid_request,
                "this cursor is not one of ours: send back `next` of the page before", "/after");
  }
  if (!rest.empty()) cursor.text = rest.substr(1);
  return cursor;
}

}  // namespace docwright::store
