#include "schemas/wire_writer.h"

#include <fmt/format.h>

#include <iterator>

namespace docwright::wire {

void append_quoted(std::string& out, std::string_view text) {
  if (invalid_utf8(text)) return append_quoted(out, to_valid_utf8(text));
  out += '"';
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      out += byte;
    }
  }
  out += '"';
}

}  // namespace docwright::wire
