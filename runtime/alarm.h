// Calls a function at a moment, unless it is set anew or goes before.
#pragma once
#include <functional>
#include <memory>

#include "runtime/loop.h"

namespace docwright {

// Loop thread only. `work` runs on the loop by itself, in nobody's coroutine; it must not throw,
// and may set the alarm again. It does not run once the alarm is gone.
class Alarm final {
 public:
  Alarm(Loop& loop, std::function<void()> work);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void set(Moment at);  // instead of the moment before
  void clear();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace docwright
