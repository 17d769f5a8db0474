// What a limit per minute still allows: a bucket that fills continuously. In whole units (requests,
// tokens) and exact integers, so that a moment that was computed is right when it has come.
#pragma once
#include <cstdint>

#include "runtime/clock.h"

namespace docwright {

// One owner, one thread. Moments that are handed in never go back.
class RateBucket final {
 public:
  // How fast it fills, and the most that it holds: less than a period's amount where a provider
  // looks at shorter spans than it names.
  struct Rate {
    std::int64_t amount = 1;                    // at least 1
    Duration period = std::chrono::minutes(1);  // above 0
    std::int64_t capacity = 1;                  // at least 1
    bool operator==(const Rate&) const = default;
  };

  RateBucket(Rate rate, Moment now);  // begins full

  const Rate& rate() const { return rate_; }
  // Negative: a debt.
  std::int64_t balance(Moment now) const;
  // The earliest moment, `now` at best, at which `wanted` is there, if nobody takes any before.
  // More than the bucket holds is there when it is full: such a request leaves a debt, but is not
  // held up for good.
  Moment ready(std::int64_t wanted, Moment now) const;

  void take(std::int64_t amount, Moment now);       // even what is not there
  void give_back(std::int64_t amount, Moment now);  // what would run over is lost
  // Someone who knows better says that no more than this is there.
  void lower_to(std::int64_t most, Moment now);
  // The balance stays, as far as the new capacity goes.
  void change(Rate rate, Moment now);

 private:
  struct Level {
    std::int64_t whole = 0;
    std::int64_t part = 0;  // of one more unit, in rate_.period.count() parts
  };
  Level level(Moment now) const;
  void set(Level level, Moment now);

  Rate rate_;
  Level level_;  // at since_
  Moment since_;
};

}  // namespace docwright
