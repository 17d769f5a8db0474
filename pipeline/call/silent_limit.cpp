#include "pipeline/call/silent_limit.h"

#include <algorithm>
#include <utility>

namespace docwright::pipeline {
namespace {

using std::chrono::minutes;

constexpr Duration kPatienceMin = minutes(1), kPatienceMax = minutes(32);
constexpr int kInVainMax = 4;
constexpr Duration kDoubted = minutes(10), kForgotten = std::chrono::hours(1);

std::int64_t second_of(Moment at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

void SilentLimit::count(Moment at, int calls) {
  const std::int64_t number = second_of(at);
  Second& second = seconds_.at(static_cast<std::size_t>(number) % seconds_.size());
  if (second.number < number) second = {number, 0};
  if (second.number == number) second.calls = std::max(second.calls + calls, 0);
}

std::int64_t SilentLimit::last_minute(Moment now) const {
  std::int64_t sum = 0;
  for (const Second& second : seconds_) {
    if (second.number > second_of(now) - std::ssize(seconds_)) sum += second.calls;
  }
  return sum;
}

void SilentLimit::began(Moment now) {
  count(now, 1);
  if (limit_ && now - since_ > kForgotten) forget();
}

void SilentLimit::let_in(Moment now) {
  news_ = true;
  if (!limit_ || now - since_ < patience_ || 10 * last_minute(now) < 9 * *limit_) return;
  if (step_ > 0) patience_ = kPatienceMin;
  step_ = step_ > 0 ? 2 * step_ : std::max<std::int64_t>(1, *limit_ / 4);
  *limit_ += step_;
  since_ = now;
  in_vain_ = 0;
}

void SilentLimit::refused(Moment began, bool at_rest, Moment now) {
  count(began, -1);
  if ((at_rest || limit_) && std::exchange(news_, false) && now >= not_before_) learn(now);
}

void SilentLimit::forget() {
  limit_.reset();
  step_ = 0;
  patience_ = kPatienceMin;
  in_vain_ = 0;
}

void SilentLimit::learn(Moment now) {
  const std::int64_t let_in = last_minute(now);
  if (let_in == 0) return;
  if (++in_vain_ >= kInVainMax) {
    not_before_ = now + kDoubted;
    return forget();
  }
  if (step_ > 0) patience_ = std::min(2 * patience_, kPatienceMax);
  step_ = 0;
  limit_ = let_in;
  since_ = now;
}

}  // namespace docwright::pipeline
