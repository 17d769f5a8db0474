// What a limit per calendar day still allows, in the time zone of whoever counts.
#pragma once
#include <cstdint>

#include "runtime/clock.h"

namespace docwright {

enum class DayStart { utc, pacific };  // pacific: midnight in California, summer time included

// The next midnight after `now`.
Time next_day(Time now, DayStart start);

// One owner, one thread. Counts what was taken since the day began; it begins again by itself, and
// when the clock is set back.
class DayCounter final {
 public:
  DayCounter(std::int64_t limit, DayStart start) : limit_(limit), start_(start) {}

  std::int64_t limit() const { return limit_; }
  std::int64_t left(Time now) const;  // negative: more than the limit was taken
  // `now`, or the next day's begin. More than a whole day's limit fits a day of which nothing is
  // taken.
  Time ready(std::int64_t wanted, Time now) const;
  void take(std::int64_t amount, Time now);
  void give_back(std::int64_t amount, Time now);
  // Someone who knows better says that no more than this is left today.
  void lower_to(std::int64_t most, Time now);

 private:
  std::int64_t taken(Time now) const;
  void set(std::int64_t taken, Time now);

  std::int64_t limit_;
  DayStart start_;
  std::int64_t taken_ = 0;
  Time last_{};  // when taken_ was set
  Time ends_{};  // the day that it is of
};

}  // namespace docwright
