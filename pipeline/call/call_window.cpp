#include "pipeline/call/call_window.h"

#include <algorithm>
#include <utility>

namespace docwright::pipeline {
namespace {

constexpr int kFirst = 1, kFirstWithinLimits = 10;

}  // namespace

CallWindow::CallWindow(int least, int most)
    : least_(std::max(least, 1)),
      most_(std::max(most, least_)),
      size_(std::clamp(kFirst, least_, most_)) {}

void CallWindow::limits_known() {
  if (slow_start_) size_ = std::max(size_, std::min(kFirstWithinLimits, most_));
}

CallWindow::Stamp CallWindow::begin() {
  ++used_;
  return decreases_;
}

// A window that is not in use proves nothing, so it does not grow.
void CallWindow::good(Stamp began) {
  const bool in_use = 2 * used_ > size_;
  if (!is_current(began) || !in_use || size_ >= most_) return;
  ++clean_;
  if (!slow_start_ && clean_ < size_) return;
  clean_ = 0;
  grown_ = true;
  ++size_;
}

// Doubling has gone too far by the time at which that shows.
void CallWindow::slow() {
  clean_ = 0;
  if (slow_start_) {
    too_much(decreases_);
  } else if (std::exchange(grown_, false)) {
    size_ = std::max(least_, size_ - 1);
  }
}

bool CallWindow::too_much(Stamp began) {
  clean_ = 0;
  if (!is_current(began)) return false;
  ++decreases_;
  slow_start_ = grown_ = false;
  size_ = std::max(least_, size_ / 2);
  return true;
}

}  // namespace docwright::pipeline
