// Names in addresses.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace docwright::providers::wire {

// A model or deployment as one segment of a path: whatever is not unreserved (RFC 3986) is
// percent-encoded.
inline std::string path_segment(std::string_view name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string segment;
  for (const char c : name) {
    if (kPlain.contains(c)) {
      segment += c;
    } else {
      segment += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return segment;
}

}  // namespace docwright::providers::wire
