#include "runtime/random.h"

#include <algorithm>

namespace docwright {

double Random::uniform() {
  // The 53 bits that a double holds exactly.
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
}

Duration Random::up_to(Duration bound) {
  if (bound <= Duration::zero()) return Duration::zero();
  return Duration(std::uniform_int_distribution<Duration::rep>(0, bound.count())(engine_));
}

Duration full_jitter(Random& random, int attempt, Duration base, Duration cap) {
  Duration bound = std::min(base, cap);
  for (int i = 0; i < attempt && bound < cap && bound > Duration::zero(); ++i)
    bound = bound > cap / 2 ? cap : bound * 2;
  return random.up_to(bound);
}

}  // namespace docwright
