#include "providers/wire/limit_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "providers/wire/retry_hint.h"
#include "runtime/text.h"

namespace docwright::providers::wire {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Row {
  std::string_view name;  // between the prefix and limit, remaining or reset, or behind them
  Limited what;
  Duration period;
};

constexpr std::array kOpenAi = {
    Row{"requests", Limited::requests, minutes(1)},
    Row{"tokens", Limited::tokens, minutes(1)},
    Row{"project-tokens", Limited::tokens, minutes(1)},
};
constexpr std::array kGroq = {
    Row{"requests", Limited::requests, hours(24)},
    Row{"tokens", Limited::tokens, minutes(1)},
};
constexpr std::array kAnthropic = {
    Row{"requests", Limited::requests, minutes(1)},
    Row{"tokens", Limited::tokens, minutes(1)},
    Row{"input-tokens", Limited::input_tokens, minutes(1)},
    Row{"output-tokens", Limited::output_tokens, minutes(1)},
};

struct Form {
  std::string_view prefix;
  bool name_first = false;     // anthropic-ratelimit-tokens-limit, not x-ratelimit-limit-tokens
  bool reset_is_date = false;  // RFC 3339, not a duration
  std::span<const Row> rows;
};

Form form_of(LimitHeaders style) {
  constexpr std::string_view kX = "x-ratelimit-";
  switch (style) {
    case LimitHeaders::openai:
    case LimitHeaders::azure:  // resets in plain seconds, which go_duration() takes as well
      return {.prefix = kX, .rows = kOpenAi};
    case LimitHeaders::groq:
      return {.prefix = kX, .rows = kGroq};
    case LimitHeaders::anthropic:
      return {.prefix = "anthropic-ratelimit-",
              .name_first = true,
              .reset_is_date = true,
              .rows = kAnthropic};
    case LimitHeaders::none:
      break;
  }
  return {};
}

std::optional<std::int64_t> count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// Clocks differ: a date counts from the answer's own.
std::optional<Duration> until(std::string_view date, const Headers& headers) {
  const auto then = parse_rfc3339(date);
  const auto now = http_date(header(headers, "date"));
  if (!then || !now) return std::nullopt;
  return std::max<Duration>(*then - *now, Duration{0});
}

// Which part of a limit a header is about.
enum class Part { limit, remaining, reset };
struct Place {
  const Row* row;
  Part part;
};
std::optional<Place> place_of(std::string_view rest, const Form& form) {
  constexpr std::array<std::pair<std::string_view, Part>, 3> kParts = {
      {{"limit", Part::limit}, {"remaining", Part::remaining}, {"reset", Part::reset}}};
  for (const auto& [word, part] : kParts) {
    std::string_view name = rest;
    const bool here = form.name_first ? name.ends_with(word) : name.starts_with(word);
    if (!here || name.size() <= word.size()) continue;
    if (form.name_first) {
      name.remove_suffix(word.size() + 1);
    } else {
      name.remove_prefix(word.size() + 1);
    }
    const auto row = std::ranges::find(form.rows, name, &Row::name);
    if (row != form.rows.end()) return Place{&*row, part};
  }
  return std::nullopt;
}

// The same header speaks of a limit per minute or per day, by contract. How long it takes to be
// there again, from nothing, tells them apart.
Duration period_of(const LimitSaid& said) {
  if (said.what != Limited::requests || !said.limit || !said.remaining || !said.reset)
    return said.period;
  const auto taken = static_cast<double>(*said.limit - *said.remaining);
  if (taken <= 0) return said.period;
  const double all =
      static_cast<double>(said.reset->count()) * (static_cast<double>(*said.limit) / taken);
  return all >= static_cast<double>(Duration(hours(12)).count()) ? Duration(hours(24))
                                                                 : said.period;
}

// Of two limits on the same, the stricter one counts: of the organisation and of its project.
void merge(std::vector<LimitSaid>& all) {
  const auto least = [](auto& a, const auto& b) {
    if (b && (!a || *b < *a)) a = b;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = all.size() - 1; j > i; --j) {
      if (all[j].what != all[i].what || all[j].period != all[i].period) continue;
      least(all[i].limit, all[j].limit);
      least(all[i].remaining, all[j].remaining);
      all[i].reset = std::max(all[i].reset, all[j].reset);
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
}

}  // namespace

std::vector<LimitSaid> limits_said(LimitHeaders style, const Headers& headers) {
  std::vector<LimitSaid> all;
  const Form form = form_of(style);
  if (form.rows.empty()) return all;
  std::vector<const Row*> rows;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(form.prefix)) continue;
    const auto place = place_of(std::string_view(name).substr(form.prefix.size()), form);
    if (!place) continue;
    const auto known = std::ranges::find(rows, place->row);
    const auto index = static_cast<std::size_t>(known - rows.begin());
    if (known == rows.end()) {
      rows.push_back(place->row);
      all.push_back({.what = place->row->what, .period = place->row->period});
    }
    LimitSaid& said = all[index];
    if (place->part == Part::limit) said.limit = count(value);
    if (place->part == Part::remaining) said.remaining = count(value);
    if (place->part == Part::reset)
      said.reset = form.reset_is_date ? until(value, headers) : go_duration(value);
  }
  for (LimitSaid& said : all) {
    if (said.limit == 0) said.limit.reset();
    if (said.remaining == 0 && !said.limit) said.remaining.reset();
    said.period = period_of(said);
  }
  std::erase_if(all, [](const LimitSaid& said) { return !said.limit && !said.remaining; });
  merge(all);
  return all;
}

}  // namespace docwright::providers::wire
