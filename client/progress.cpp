#include "client/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "runtime/characters.h"
#include "tokens/money.h"

namespace docwright::client {
namespace {

constexpr Duration kMemory = std::chrono::seconds(30);
constexpr Duration kLeastSpan = std::chrono::seconds(2);  // a shorter one says nothing

// A job that runs counts by the share of its chunks that are stored.
double work_done(const wire::Summary& summary) {
  const auto jobs_ended = static_cast<double>(ended(summary.states));
  const auto open = static_cast<double>(summary.jobs) - jobs_ended;
  if (open <= 0 || summary.chunks <= 0) return jobs_ended;
  const double stored =
      static_cast<double>(summary.chunks_stored) / static_cast<double>(summary.chunks);
  return std::max(jobs_ended, std::min(stored, 1.0) *
                                  static_cast<double>(summary.jobs - summary.states.queued));
}

// A part of the line and when it is given up: the highest first.
struct Part {
  std::string text;
  int rank = 0;
};

std::string joined(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& part : parts) line += (line.empty() ? "" : " · ") + part.text;
  return line;
}

}  // namespace

std::int64_t ended(const wire::StateCounts& states) {
  return states.succeeded + states.failed + states.cancelled;
}

std::string short_number(std::int64_t number) {
  const auto value = static_cast<double>(number);
  if (number < 1'000) return fmt::format("{}", number);
  if (number < 999'950) return fmt::format("{:.1f}k", value / 1e3);
  if (number < 999'995'000) return fmt::format("{:.2f}M", value / 1e6);
  return fmt::format("{:.2f}G", value / 1e9);
}

std::string clock_text(Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string progress_line(const wire::Summary& summary, std::optional<Duration> left, int columns) {
  const wire::StateCounts& states = summary.states;
  std::vector<Part> parts{{fmt::format("jobs {}/{}", ended(states), summary.jobs), 0}};
  const auto add = [&parts](bool worth, std::string text, int rank) {
    if (worth) parts.push_back({std::move(text), rank});
  };
  add(summary.chunks > 0, fmt::format("chunks {}/{}", summary.chunks_stored, summary.chunks), 5);
  add(summary.calls > 0, fmt::format("calls {}", summary.calls), 7);
  add(true, fmt::format("{} tokens", short_number(summary.tokens_in + summary.tokens_out)), 6);
  add(true, money_text(summary.cost_nusd), 4);
  add(left.has_value(), fmt::format("{} left", clock_text(left.value_or(Duration{}))), 3);
  add(states.failed > 0, fmt::format("{} failed", states.failed), 1);
  add(states.waiting > 0, fmt::format("{} waiting", states.waiting), 2);
  add(summary.flagged > 0, fmt::format("{} flagged", summary.flagged), 8);
  while (parts.size() > 1 && count_characters(joined(parts)) >= static_cast<std::size_t>(columns)) {
    parts.erase(std::ranges::max_element(parts, {}, &Part::rank));
  }
  return joined(parts);
}

std::optional<Duration> Pace::left(const wire::Summary& summary, Moment now) {
  const double done = work_done(summary);
  samples_.emplace_back(now, done);
  while (samples_.size() > 2 && now - samples_.front().first > kMemory) samples_.pop_front();
  const auto& [since, done_then] = samples_.front();
  const double progress = done - done_then;
  const double open = static_cast<double>(summary.jobs) - done;
  if (now - since < kLeastSpan || progress <= 0 || open <= 0) return std::nullopt;
  const double microseconds = static_cast<double>((now - since).count()) * open / progress;
  return Duration(static_cast<std::int64_t>(std::min(microseconds, 9e15)));
}

}  // namespace docwright::client
