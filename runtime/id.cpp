#include "runtime/id.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace docwright {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  // Up to 256 bytes come whole and uninterrupted (getrandom(2)).
  static_assert(N <= 256);
  std::array<std::uint8_t, N> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  return bytes;
}

void append_hex(std::string& text, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
}

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string new_id(Time now) {
  const auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t millis = micros / 1000;
  const std::uint64_t fraction = micros % 1000 * 4096 / 1000;  // RFC 9562, 6.2, method 3

  std::array<std::uint8_t, 16> bytes = random_bytes<16>();
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70 | (fraction >> 8));
  bytes[7] = static_cast<std::uint8_t>(fraction);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));

  std::string text;
  text.reserve(36);
  const std::span<const std::uint8_t> all = bytes;
  append_hex(text, all.subspan(0, 4));
  for (const std::size_t start : {4, 6, 8}) {
    text.push_back('-');
    append_hex(text, all.subspan(start, 2));
  }
  text.push_back('-');
  append_hex(text, all.subspan(10, 6));
  return text;
}

bool is_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_lower_hex(text.substr(i, 1))) return false;
  }
  return text[14] == '7' && std::string_view("89ab").contains(text[19]);
}

std::string new_traceparent() {
  std::array<std::uint8_t, 24> bytes = random_bytes<24>();
  bytes[0] |= 1;  // never all zero
  bytes[16] |= 1;
  const std::span<const std::uint8_t> all = bytes;
  std::string text = "00-";
  append_hex(text, all.first(16));
  text.push_back('-');
  append_hex(text, all.subspan(16));
  text += "-01";
  return text;
}

std::string_view trace_id(std::string_view traceparent) {
  // Later versions may append fields after a dash; version ff is forbidden.
  if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-') {
    return {};
  }
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace = traceparent.substr(3, 32);
  const std::string_view parent = traceparent.substr(36, 16);
  const std::string_view flags = traceparent.substr(53, 2);
  if (version == "00" ? traceparent.size() != 55
                      : traceparent.size() > 55 && traceparent[55] != '-') {
    return {};
  }
  if (version == "ff" || !is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent) ||
      !is_lower_hex(flags) || is_zero(trace) || is_zero(parent)) {
    return {};
  }
  return trace;
}

std::string child_traceparent(std::string_view traceparent) {
  const std::string_view trace = trace_id(traceparent);
  if (trace.empty()) return new_traceparent();
  std::array<std::uint8_t, 8> span = random_bytes<8>();
  span[0] |= 1;
  std::string text = "00-";
  text += trace;
  text.push_back('-');
  append_hex(text, span);
  text.push_back('-');
  text += traceparent.substr(53, 2);
  return text;
}

}  // namespace docwright
