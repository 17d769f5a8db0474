// How far a batch is, on one line. Pure but for Pace, which remembers.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "runtime/clock.h"
#include "schemas/wire_replies.h"

namespace docwright::client {

std::int64_t ended(const wire::StateCounts& states);  // succeeded, failed or cancelled

// 950, 38.2k, 1.21M: at most 6 characters for numbers of any size that occur.
std::string short_number(std::int64_t number);
// 4:07, 1:02:33.
std::string clock_text(Duration time);

// "jobs 12/205 · chunks 31/412 · calls 35 · 38.2k tokens · 0.14 USD · 2:10 left · 3 failed". Parts
// that do not fit into `columns` are left out, the least important first.
std::string progress_line(const wire::Summary& summary, std::optional<Duration> left, int columns);

// Estimates the time left from the pace of the last half minute.
class Pace final {
 public:
  // None: too early to say, or nothing moves.
  std::optional<Duration> left(const wire::Summary& summary, Moment now);

 private:
  std::deque<std::pair<Moment, double>> samples_;  // when, and how many jobs' worth was done
};

}  // namespace docwright::client
