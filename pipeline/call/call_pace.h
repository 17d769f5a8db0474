// Whether the calls of one quota group queue up at their provider, told by how long they take: more
// calls at once would only wait longer.
//
// The median of each round is held against the best one known, as a whole and per token of the
// answer, and must be more than twice as long in both. Where a call takes a + b * tokens that
// cannot come from the answers' lengths: the whole doubles only above a/b tokens, the share only
// below.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/clock.h"

namespace docwright::pipeline {

// One owner, one thread.
class CallPace final {
 public:
  // A call was answered; with so many at once, which is what makes a round.
  void learn(Duration took, std::int64_t output_tokens, int calls_at_once, Moment now);

  // Of the last round.
  bool is_slow() const { return slow_since_.has_value(); }
  // For so long that the best may be out of date: what is the provider's fault and what is the
  // queue's is only seen with fewer calls.
  bool is_stale(Moment now) const;
  // From here on half as many go out: where they are hardly quicker, it was not the queue, and the
  // best is what they take.
  void halved(Moment now);

 private:
  struct Pace {
    double whole = 0, per_token = 0;  // seconds
  };
  Pace median();

  std::vector<Pace> round_;
  int length_ = 0;  // of the round, as it began
  std::optional<Pace> best_;
  Pace last_;                   // round's
  std::optional<Pace> before_;  // it was halved; none: a round ago
  std::optional<Moment> slow_since_;
};

}  // namespace docwright::pipeline
