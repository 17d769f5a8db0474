#include "pipeline/call/call_pace.h"

#include <algorithm>

namespace docwright::pipeline {
namespace {

constexpr double kMuch = 2;
constexpr double kQuicker = 0.75;  // half as many in a queue take half as long
constexpr double kNoticed = 1;     // seconds: quicker calls are quick enough
constexpr int kFirstRound = 3, kRoundMin = 8, kRoundMax = 64;
constexpr Duration kStale = std::chrono::minutes(10);

}  // namespace

void CallPace::learn(Duration took, std::int64_t output_tokens, int calls_at_once, Moment now) {
  if (round_.empty())
    length_ = best_ ? std::clamp(calls_at_once, kRoundMin, kRoundMax) : kFirstRound;
  const double whole = std::chrono::duration<double>(took).count();
  round_.push_back({whole, whole / static_cast<double>(std::max<std::int64_t>(output_tokens, 1))});
  if (std::ssize(round_) < length_) return;
  const Pace here = last_ = median();
  round_.clear();
  const bool queued = before_ && here.whole < kQuicker * before_->whole &&
                      here.per_token < kQuicker * before_->per_token;
  if (!best_ || (before_ && !queued)) best_ = here;
  before_.reset();
  const bool slow = here.whole > kNoticed && here.whole > kMuch * best_->whole &&
                    here.per_token > kMuch * best_->per_token;
  best_ = Pace{std::min(best_->whole, here.whole), std::min(best_->per_token, here.per_token)};
  if (!slow) {
    slow_since_.reset();
  } else if (!slow_since_) {
    slow_since_ = now;
  }
}

bool CallPace::is_stale(Moment now) const {
  return slow_since_ && now - *slow_since_ >= kStale;
}

void CallPace::halved(Moment now) {
  before_ = last_;
  round_.clear();
  slow_since_ = now;
}

CallPace::Pace CallPace::median() {
  const auto of = [&](double Pace::* part) {
    const auto middle = round_.begin() + std::ssize(round_) / 2;
    std::ranges::nth_element(round_, middle, {}, part);
    return (*middle).*part;
  };
  return {of(&Pace::whole), of(&Pace::per_token)};
}

}  // namespace docwright::pipeline
