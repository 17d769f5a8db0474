#include "providers/wire/retry_hint.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::providers::wire {
namespace {

constexpr Duration kLongest = std::chrono::hours(24);

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes a decimal number off the front. No exponent, no sign.
std::optional<double> take_number(std::string_view& text) {
  std::size_t end = 0;
  double value = 0, place = 0;
  bool any = false;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (digit(c)) {
      any = true;
      if (place > 0) {
        value += (c - '0') * place;
        place /= 10;
      } else {
        value = value * 10 + (c - '0');
      }
    } else if (c == '.' && place == 0 && end + 1 < text.size() && digit(text[end + 1])) {
      place = 0.1;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  text.remove_prefix(end);
  return value;
}

struct Unit {
  std::string_view name;
  double seconds;
};
// Longer names first: "ms" is no "m", "m" no "minutes".
constexpr std::array kUnits = {
    Unit{"milliseconds", 1e-3},
    Unit{"weeks", 604800},
    Unit{"days", 86400},
    Unit{"seconds", 1},
    Unit{"minutes", 60},
    Unit{"second", 1},
    Unit{"minute", 60},
    Unit{"hours", 3600},
    Unit{"hour", 3600},
    Unit{"week", 604800},
    Unit{"day", 86400},
    Unit{"ms", 1e-3},
    Unit{"us", 1e-6},
    Unit{"µs", 1e-6},
    Unit{"ns", 1e-9},
    Unit{"d", 86400},
    Unit{"h", 3600},
    Unit{"m", 60},
    Unit{"s", 1},
};

const Unit* take_unit(std::string_view& text) {
  std::string_view rest = text;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  for (const Unit& unit : kUnits) {
    if (!rest.starts_with(unit.name)) continue;
    rest.remove_prefix(unit.name.size());
    text = rest;
    return &unit;
  }
  return nullptr;
}

// What people write between the parts of a time: "1 minute and 30 seconds".
bool take_separator(std::string_view& text) {
  for (const std::string_view separator : {" and ", ", ", " "}) {
    if (!text.starts_with(separator)) continue;
    text.remove_prefix(separator.size());
    return true;
  }
  return false;
}

std::optional<Duration> from_seconds(double seconds) {
  if (!std::isfinite(seconds)) return std::nullopt;
  const double bounded = std::clamp(seconds, 0.0, std::chrono::duration<double>(kLongest).count());
  return Duration(static_cast<Duration::rep>(std::ceil(bounded * 1e6 - 1e-3)));
}

std::optional<Duration> retry_after(const HttpResponse& response) {
  std::string_view text = header(response.headers, "retry-after");
  if (text.empty()) return std::nullopt;
  if (const auto date = http_date(text)) {
    const auto sent = http_date(header(response.headers, "date"));
    if (!sent) return std::nullopt;
    return std::clamp<Duration>(*date - *sent, Duration{0}, kLongest);
  }
  const auto seconds = take_number(text);
  return seconds && text.empty() ? from_seconds(*seconds) : std::nullopt;
}

// The longest wait among the limits of which nothing is left; where none is said to be used up,
// among those of which it is not said how much is left.
std::optional<Duration> rate_limit_reset(const HttpResponse& response) {
  std::optional<Duration> used_up, unsaid;
  for (const std::string_view what : {"requests", "tokens", "project-tokens"}) {
    auto reset = go_duration(header(response.headers, "x-ratelimit-reset-" + std::string(what)));
    // As Azure has spelt it.
    if (!reset)
      reset = go_duration(header(response.headers, "x-rate-limit-reset-" + std::string(what)));
    if (!reset) continue;
    std::string_view left = header(response.headers, "x-ratelimit-remaining-" + std::string(what));
    const auto remaining = take_number(left);
    if (remaining && *remaining > 0) continue;
    std::optional<Duration>& longest = remaining ? used_up : unsaid;
    longest = std::max(longest.value_or(Duration{0}), *reset);
  }
  return used_up ? used_up : unsaid;
}

// Anthropic tells moments; how far they are, the answer's own Date tells.
std::optional<Duration> anthropic_reset(const HttpResponse& response) {
  const auto sent = http_date(header(response.headers, "date"));
  if (!sent) return std::nullopt;
  std::optional<Duration> used_up;
  for (const std::string_view what : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    const std::string limit = "anthropic-ratelimit-" + std::string(what);
    const auto reset = parse_rfc3339(header(response.headers, limit + "-reset"));
    if (!reset || header(response.headers, limit + "-remaining") != "0") continue;
    const Duration wait = std::clamp<Duration>(*reset - *sent, Duration{0}, kLongest);
    used_up = std::max(used_up.value_or(Duration{0}), wait);
  }
  return used_up;
}

std::optional<Duration> from_text(std::string_view message) {
  const std::string words = lower(message);
  for (const std::string_view phrase :
       {"try again in ", "retry in ", "retry after ", "try again after "}) {
    for (std::size_t at = words.find(phrase); at != words.npos; at = words.find(phrase, at + 1)) {
      if (const auto hint = go_duration(message.substr(at + phrase.size()))) return hint;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> go_duration(std::string_view text) {
  double seconds = 0;
  bool any = false;
  for (;;) {
    std::string_view rest = text;
    const bool apart = any && take_separator(rest);
    const auto number = take_number(rest);
    if (!number) break;
    const Unit* unit = take_unit(rest);
    if (unit == nullptr && apart) break;  // of another sentence
    if (unit == nullptr) {
      // A bare number means seconds, but only alone: "6m0" is no duration.
      return any ? std::nullopt : from_seconds(*number);
    }
    seconds += *number * unit->seconds;
    any = true;
    text = rest;
  }
  return any ? from_seconds(seconds) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
  // "Wed, 21 Oct 2026 07:28:00 GMT": every part stands at its place.
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ")
    return std::nullopt;
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == months.npos || month % 3 != 0) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits))
      value = digit(c) ? value * 10 + (c - '0') : -100000;
    return value;
  };
  const int day = number(5, 2), year = number(12, 4);
  const int hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                         std::chrono::day{static_cast<unsigned>(std::max(day, 0))}};
  if (year < 1970 || !date.ok() || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

std::optional<Duration> retry_hint(const HttpResponse& response, std::string_view message) {
  std::string_view milliseconds = header(response.headers, "retry-after-ms");
  if (const auto value = take_number(milliseconds); value && milliseconds.empty()) {
    return from_seconds(*value / 1000);
  }
  if (const auto hint = retry_after(response)) return hint;
  if (const auto hint = rate_limit_reset(response)) return hint;
  if (const auto hint = anthropic_reset(response)) return hint;
  return from_text(message);
}

}  // namespace docwright::providers::wire
