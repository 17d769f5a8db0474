#include "tokens/rate_bucket.h"

#include <algorithm>

namespace docwright {
namespace {

// Times of centuries, times amounts of billions.
__extension__ using Wide = __int128;

constexpr Wide kLongest = std::chrono::duration_cast<Duration>(std::chrono::years(100)).count();

RateBucket::Rate sane(RateBucket::Rate rate) {
  rate.amount = std::max<std::int64_t>(rate.amount, 1);
  rate.period = std::max(rate.period, Duration{1});
  rate.capacity = std::max<std::int64_t>(rate.capacity, 1);
  return rate;
}

}  // namespace

RateBucket::RateBucket(Rate rate, Moment now)
    : rate_(sane(rate)), level_{rate_.capacity, 0}, since_(now) {}

RateBucket::Level RateBucket::level(Moment now) const {
  const Wide elapsed = std::max(now - since_, Duration{0}).count();
  const Wide parts = elapsed * rate_.amount + level_.part;
  const Wide period = rate_.period.count();
  const Wide whole = level_.whole + parts / period;
  if (whole >= rate_.capacity) return {rate_.capacity, 0};
  return {static_cast<std::int64_t>(whole), static_cast<std::int64_t>(parts % period)};
}

void RateBucket::set(Level level, Moment now) {
  level_ = level.whole >= rate_.capacity ? Level{rate_.capacity, 0} : level;
  since_ = std::max(since_, now);
}

std::int64_t RateBucket::balance(Moment now) const {
  return level(now).whole;
}

Moment RateBucket::ready(std::int64_t wanted, Moment now) const {
  const Level have = level(now);
  const Wide missing = Wide{std::clamp<std::int64_t>(wanted, 0, rate_.capacity)} - have.whole;
  if (missing <= 0) return now;
  const Wide parts = missing * rate_.period.count() - have.part;
  const Wide time = (parts + rate_.amount - 1) / rate_.amount;
  return now + Duration(static_cast<Duration::rep>(std::min(time, kLongest)));
}

void RateBucket::take(std::int64_t amount, Moment now) {
  const Level have = level(now);
  set({have.whole - amount, have.part}, now);
}

void RateBucket::give_back(std::int64_t amount, Moment now) {
  take(-amount, now);
}

void RateBucket::lower_to(std::int64_t most, Moment now) {
  const Level have = level(now);
  set(have.whole >= most ? Level{most, 0} : have, now);
}

void RateBucket::change(Rate rate, Moment now) {
  const Level have = level(now);
  rate_ = sane(rate);
  set({have.whole, 0}, now);
}

}  // namespace docwright
