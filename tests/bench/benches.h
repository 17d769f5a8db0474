// The benches; bench.cpp is the menu. Each returns its figures; a ratio compares two things
// measured in one run.
#pragma once
#include "runtime/json.h"

namespace docwright::bench {

// `scale` multiplies the counts (1: the counts that the project quotes).
Json submit(double scale);    // submit.cpp
Json lockstep(double scale);  // submit.cpp
Json life(double scale);      // life.cpp
Json call(double scale);      // life.cpp
Json stream(double scale);    // life.cpp
Json inflight(double scale);  // inflight.cpp
Json limits(double scale);    // limits.cpp
Json depth(double scale);     // depth.cpp
Json start(double scale);     // depth.cpp

}  // namespace docwright::bench
