// Times, durations and sizes as text (runtime/text.h).
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "runtime/text.h"

namespace docwright {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::unexpected<Error> bad(std::string_view kind, std::string_view text,
                           std::string_view expected) {
  return fail(Code::invalid_request,
              fmt::format("'{}' is not a {}: expected {}", to_valid_utf8(text.substr(0, 64)), kind,
                          expected));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Exactly `digits` digits at the start of text, which is shortened by them; -1 otherwise.
int take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// A whole number at the start of text, which is shortened by it; nothing where there is none or it
// does not fit.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::string to_rfc3339(Time time) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto day = std::chrono::floor<days>(millis);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(millis - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<Time> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kExpected =
      "UTC in the form of 2030-01-02T03:04:05Z, with up to 6 decimals";
  std::string_view rest = text;
  const int year = take_digits(rest, 4);
  if (year < 0 || !take(rest, '-')) return bad("time", text, kExpected);
  const int month = take_digits(rest, 2);
  if (month < 0 || !take(rest, '-')) return bad("time", text, kExpected);
  const int day = take_digits(rest, 2);
  if (day < 0 || !take(rest, 'T')) return bad("time", text, kExpected);
  const int hour = take_digits(rest, 2);
  if (hour < 0 || hour > 23 || !take(rest, ':')) return bad("time", text, kExpected);
  const int minute = take_digits(rest, 2);
  if (minute < 0 || minute > 59 || !take(rest, ':')) return bad("time", text, kExpected);
  const int second = take_digits(rest, 2);
  if (second < 0 || second > 59) return bad("time", text, kExpected);
  std::int64_t micros = 0;
  if (take(rest, '.')) {
    std::int64_t unit = 100000;
    if (rest.empty() || !is_digit(rest.front())) return bad("time", text, kExpected);
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1), unit /= 10) {
      if (unit == 0) return bad("time", text, kExpected);
      micros += (rest.front() - '0') * unit;
    }
  }
  if (rest != "Z") return bad("time", text, kExpected);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad("time", text, "a day that exists");
  return sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + Duration(micros);
}

namespace {

struct DurationUnit {
  std::string_view name;
  Duration::rep micros;
};
// Largest first: the parts of a duration stand in this order, each at most once.
constexpr std::array kDurationUnits = {
    DurationUnit{"d", 86'400'000'000}, DurationUnit{"h", 3'600'000'000},
    DurationUnit{"m", 60'000'000},     DurationUnit{"s", 1'000'000},
    DurationUnit{"ms", 1'000},         DurationUnit{"us", 1},
};

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::string_view kExpected =
      "a number with its unit, such as 150ms, 30s, 5m, 1h30m or 7d";
  constexpr auto kMax = std::numeric_limits<Duration::rep>::max();
  std::string_view rest = text;
  Duration::rep total = 0;
  auto unit = kDurationUnits.begin();
  if (rest.empty()) return bad("duration", text, kExpected);
  while (!rest.empty()) {
    const std::optional<std::int64_t> number = take_number(rest);
    if (!number) return bad("duration", text, kExpected);
    std::size_t letters = 0;
    while (letters < rest.size() && !is_digit(rest[letters])) ++letters;
    const std::string_view name = rest.substr(0, letters);
    while (unit != kDurationUnits.end() && unit->name != name) ++unit;
    if (unit == kDurationUnits.end()) return bad("duration", text, kExpected);
    if (*number > (kMax - total) / unit->micros)
      return bad("duration", text, "less than 292,000 years");
    total += *number * unit->micros;
    rest.remove_prefix(letters);
    ++unit;
  }
  return Duration(total);
}

std::string to_text(Duration duration) {
  if (duration < Duration::zero()) return "-" + to_text(-duration);
  std::string text;
  Duration::rep rest = duration.count();
  for (const DurationUnit& unit : kDurationUnits) {
    const Duration::rep number = rest / unit.micros;
    if (number == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{}", number, unit.name);
    rest %= unit.micros;
  }
  return text.empty() ? "0s" : text;
}

Result<std::size_t> parse_bytes(std::string_view text) {
  constexpr std::string_view kExpected =
      "a number of bytes, or one with KiB, MiB or GiB, such as 16MiB";
  std::string_view rest = text;
  const std::optional<std::int64_t> number = take_number(rest);
  if (!number) return bad("size", text, kExpected);
  int shift = -1;
  if (rest.empty() || rest == "B") shift = 0;
  if (rest == "KiB") shift = 10;
  if (rest == "MiB") shift = 20;
  if (rest == "GiB") shift = 30;
  if (shift < 0) return bad("size", text, kExpected);
  if (*number > (std::numeric_limits<std::int64_t>::max() >> shift))
    return bad("size", text, "less than 8 EiB");
  return static_cast<std::size_t>(*number) << shift;
}

}  // namespace docwright
