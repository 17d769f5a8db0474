// How many calls of one quota group may be in flight, learned from how they end.
//
// Begins with one call alone where nothing is known of the provider's limits, with ten where they
// hold back what is too much anyway. Doubles while all goes well (slow start) until the first sign
// of too much; then halves at each such sign, and grows by one after each window's worth of calls
// without one (AIMD). Signs of calls that had begun before the last halving count for nothing: they
// are what it was halved for, so there is at most one decrease per round trip.
#pragma once
#include <cstdint>

namespace docwright::pipeline {

// One owner, one thread.
class CallWindow final {
 public:
  // Of the moment at which a call began.
  using Stamp = std::uint64_t;

  CallWindow(int least, int most);

  // The limits are known by now.
  void limits_known();

  int size() const { return size_; }
  int used() const { return used_; }
  bool has_room() const { return used_ < size_; }

  // It began after the last decrease.
  bool is_current(Stamp began) const { return began == decreases_; }

  Stamp begin();           // takes a place
  void end() { --used_; }  // gives it back, after what the call has shown was said:
  void good(Stamp began);
  void slow();                 // good, but no reason to grow; halves a doubling, takes a step back
  bool too_much(Stamp began);  // true: it was decreased

 private:
  const int least_, most_;
  int size_;
  int used_ = 0;
  int clean_ = 0;  // good calls in a row
  bool slow_start_ = true;
  bool grown_ = false;  // since it was too much, or slow
  Stamp decreases_ = 0;
};

}  // namespace docwright::pipeline
