// Randomness as an argument, and the one use that retries make of it.
#pragma once
#include <cstdint>
#include <random>

#include "runtime/clock.h"

namespace docwright {

// Not thread-safe: one per owner. Seeded by the caller; production seeds from std::random_device.
class Random final {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // Uniform in [0, 1).
  double uniform();
  // Uniform in [0, bound]; bound >= 0.
  Duration up_to(Duration bound);

 private:
  std::mt19937_64 engine_;
};

// Full jitter: uniform in [0, min(cap, base * 2^attempt)]; attempt counts from 0.
Duration full_jitter(Random& random, int attempt, Duration base, Duration cap);

}  // namespace docwright
