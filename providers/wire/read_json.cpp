#include "providers/wire/read_json.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "runtime/text.h"

namespace docwright::providers::wire {
namespace {

constexpr std::size_t kEscapeBytes = 6;  // \u and four digits

// The code unit that `text` begins with, as an escape.
std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < kEscapeBytes || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + kEscapeBytes;
  const auto [stopped, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return unit;
}

bool is_first_half(std::optional<unsigned> unit) {
  return unit && *unit >= 0xD800 && *unit <= 0xDBFF;
}
bool is_second_half(std::optional<unsigned> unit) {
  return unit && *unit >= 0xDC00 && *unit <= 0xDFFF;
}

std::string without_half_pairs(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  const auto take = [&](std::size_t bytes) {
    whole += text.substr(0, bytes);
    text.remove_prefix(std::min(bytes, text.size()));
  };
  while (!text.empty()) {
    take(std::min(text.find('\\'), text.size()));
    const auto unit = code_unit(text);
    if (is_first_half(unit) && is_second_half(code_unit(text.substr(kEscapeBytes)))) {
      take(2 * kEscapeBytes);
    } else if (is_first_half(unit) || is_second_half(unit)) {
      whole += "\\ufffd";
      text.remove_prefix(kEscapeBytes);
    } else {
      take(2);  // any other escape, or its beginning
    }
  }
  return whole;
}

}  // namespace

Result<Json> read_json(std::string_view text) {
  Result<Json> json = parse_json(text);
  if (json) return json;
  Result<Json> mended = parse_json(without_half_pairs(to_valid_utf8(text)));
  return mended ? std::move(mended) : std::move(json);
}

}  // namespace docwright::providers::wire
