// What is decided by chance is decided by the seed and the question, so that a run can be repeated
// and the order of arrival changes nothing.
#pragma once
#include <cstdint>
#include <string>

namespace docwright::providers::simulator {

// One request among those of its question.
struct Draw {
  std::uint64_t seed = 1;
  std::uint64_t question = 0;  // of its hash
  std::uint64_t times = 0;     // how often it was asked before
};

// Uniform in [0, 1); `what` tells apart the decisions about one request.
inline double draw(const Draw& of, std::uint64_t what) {
  std::uint64_t x = of.question ^ (of.seed * 0x9e3779b97f4a7c15ULL) ^ (of.times << 32) ^ what;
  for (const int shift : {30, 27, 31}) x = (x ^ (x >> shift)) * 0xbf58476d1ce4e5b9ULL;
  return static_cast<double>(x >> 11) * 0x1.0p-53;
}

// What the decisions are numbered from; a fault adds its place in the list.
inline constexpr std::uint64_t kDrawFault = 0, kDrawLatency = 1ULL << 20, kDrawLength = 1ULL << 21;

}  // namespace docwright::providers::simulator
