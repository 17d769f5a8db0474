#include "tokens/day_counter.h"

#include <algorithm>

namespace docwright {
namespace {

using namespace std::chrono;

// Summer time: from 2 o'clock (standard time) of March's second Sunday to 2 o'clock (summer time)
// of November's first.
hours pacific_offset(Time now) {
  constexpr hours kStandard{-8}, kSummer{-7};
  const year of = year_month_day(floor<days>(now)).year();
  const Time begin = sys_days(of / March / Sunday[2]) + hours(2) - kStandard;
  const Time end = sys_days(of / November / Sunday[1]) + hours(2) - kSummer;
  return begin <= now && now < end ? kSummer : kStandard;
}

// Clocks are adjusted; one that goes back farther was wrong before.
constexpr hours kAdjusted{1};

}  // namespace

Time next_day(Time now, DayStart start) {
  if (start == DayStart::utc) return floor<days>(now) + days(1);
  const hours offset = pacific_offset(now);
  const Time midnight = floor<days>(now + offset) + days(1);
  // The clocks may be changed before it comes.
  return midnight - pacific_offset(midnight - offset);
}

std::int64_t DayCounter::taken(Time now) const {
  return now < ends_ && now >= last_ - kAdjusted ? taken_ : 0;
}

std::int64_t DayCounter::left(Time now) const {
  return limit_ - taken(now);
}

Time DayCounter::ready(std::int64_t wanted, Time now) const {
  const bool fits = wanted <= left(now) || taken(now) <= 0;
  return fits ? now : next_day(now, start_);
}

void DayCounter::take(std::int64_t amount, Time now) {
  set(taken(now) + amount, now);
}

void DayCounter::give_back(std::int64_t amount, Time now) {
  set(taken(now) - amount, now);
}

void DayCounter::lower_to(std::int64_t most, Time now) {
  set(std::max(taken(now), limit_ - most), now);
}

// What comes back after midnight was taken from the day before.
void DayCounter::set(std::int64_t taken, Time now) {
  taken_ = std::max<std::int64_t>(taken, 0);
  last_ = now;
  ends_ = next_day(now, start_);
}

}  // namespace docwright
