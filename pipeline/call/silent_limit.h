// How many requests a minute a provider lets in that tells nothing of its limits, learned from what
// it refuses.
//
// How many calls at once it takes is the window's to find out. But a call that is refused after its
// group was at rest was not one too many at once: it was one too many in its minute, and what was
// let in within that minute is the limit. It is raised after a clean minute in which it was used
// up, by steps that double; where that is refused, it is what was let in again, and twice as much
// time passes before the next attempt. A limit that is kept to and goes on refusing was none.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "runtime/clock.h"

namespace docwright::pipeline {

// One owner, one thread.
class SilentLimit final {
 public:
  // What is supposed; nothing: no limit.
  std::optional<std::int64_t> per_minute() const { return limit_; }

  void began(Moment now);
  void let_in(Moment now);  // a call was
  // Without a hint when to ask again; `at_rest`: no other call was out then, nor shortly before.
  void refused(Moment began, bool at_rest, Moment now);

 private:
  struct Second {
    std::int64_t number = 0;
    int calls = 0;
  };
  void count(Moment at, int calls);
  std::int64_t last_minute(Moment now) const;
  void learn(Moment now);
  void forget();

  std::array<Second, 60> seconds_;  // of what has begun and was not refused
  std::optional<std::int64_t> limit_;
  std::int64_t step_ = 0;  // it was raised by; 0: not since it was learned
  Duration patience_ = std::chrono::minutes(1);
  Moment since_{};       // it was learned or raised
  Moment not_before_{};  // nothing is learned
  int in_vain_ = 0;      // times that it was learned since it was last raised
  bool news_ = true;     // something was let in since it was learned
};

}  // namespace docwright::pipeline
