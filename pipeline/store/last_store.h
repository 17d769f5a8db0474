// Which store of a job is its last: the one that finishes the job, after all others have ended
// well.
#pragma once
#include "pipeline/call/latch.h"

namespace docwright::pipeline {

// Loop thread only. Outlives every enter() and leave().
class LastStore final {
 public:
  // `chunks`: how many are not stored yet.
  LastStore(Loop& loop, int chunks) : to_come_(chunks), others_ended_(loop) {}

  // Before a chunk is stored. True: every other chunk of the job is. The one that comes last waits
  // for those that are being stored, because only then it knows.
  Task<bool> enter() {
    --to_come_;
    if (to_come_ == 0 && storing_ > 0) co_await others_ended_.wait();
    ++storing_;
    co_return to_come_ == 0 && !failed_;
  }
  // A chunk that was to come has become two.
  void divided() { ++to_come_; }
  void leave(bool stored) {
    failed_ = failed_ || !stored;
    if (--storing_ == 0 && to_come_ == 0) others_ended_.open();
  }

 private:
  int to_come_;  // chunks that have not entered; one that fails or parks before never does, and
                 // then none is the last
  int storing_ = 0;
  bool failed_ = false;
  Latch others_ended_;
};

}  // namespace docwright::pipeline
