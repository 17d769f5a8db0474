#include "client/source_rules.h"

#include "runtime/text.h"

namespace docwright::client {

std::string reason_to_skip(std::string_view path, std::string_view text, bool force) {
  (void)path;
  (void)force;
  if (text.empty()) return "empty";
  if (text.find('\0') != std::string_view::npos || invalid_utf8(text)) return "binary";
  return {};
}

}  // namespace docwright::client
