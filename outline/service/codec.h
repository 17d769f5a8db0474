// Outlines as bytes, between a child and its parent: the same program on both ends, so there is no
// version.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "outline/outline.h"

namespace docwright::outline {

// What goes down to a child: this, then the source.
struct RequestHeader {
  std::uint32_t source_bytes = 0;
  std::uint32_t language = 0;
  std::uint32_t cpu_seconds_max = 0;  // for this request
  std::uint32_t unused = 0;
  std::uint64_t memory_bytes_max = 0;  // of the whole child
};

// What comes back: this, then encode()'s bytes.
struct ReplyHeader {
  std::uint32_t bytes = 0;
};

inline constexpr std::uint32_t kReplyBytesMax = std::uint32_t{256} << 20;

std::string encode(const Outline& outline);
// Trusts nothing: a child that a hostile file took over can send anything. Checks that ranges lie
// within `source_bytes` and that parents precede their children.
Result<Outline> decode(std::string_view bytes, std::uint32_t source_bytes);

}  // namespace docwright::outline
