// Small work on text that several folders need.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "runtime/error.h"

namespace docwright {

// Offset of the first byte that is not valid UTF-8 (RFC 3629: no surrogates, no overlong forms), if
// any.
std::optional<std::size_t> invalid_utf8(std::string_view bytes);
// Every maximal invalid part becomes U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// The candidate nearest to `word` (Damerau-Levenshtein), if near enough to be a likely typing
// error; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
// " (did you mean 'x'?)", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

// RFC 3339 in UTC with milliseconds: 2030-01-02T03:04:05.678Z.
std::string to_rfc3339(Time time);
Result<Time> parse_rfc3339(std::string_view text);

// "150ms", "30s", "5m", "2h", "7d", also "1h30m"; a number without unit is an error.
Result<Duration> parse_duration(std::string_view text);
std::string to_text(Duration duration);

// "64KiB", "16MiB", "1GiB", or a plain number of bytes.
Result<std::size_t> parse_bytes(std::string_view text);

// Reference token of a JSON pointer (RFC 6901): '~' and '/' escaped.
std::string pointer_token(std::string_view key);

}  // namespace docwright
