// JSON that others wrote, changed at random: the same in every run.
#pragma once
#include <algorithm>
#include <iterator>
#include <random>

#include "runtime/json.h"

namespace docwright::providers::testing {

using Random = std::mt19937;  // the same numbers everywhere

inline std::size_t below(Random& random, std::size_t end) {
  return random() % std::max<std::size_t>(end, 1);
}

// One value, anywhere in it, becomes another or is gone.
inline void mutate(Json& json, Random& random) {
  const Json other[] = {nullptr,
                        -1,
                        0,
                        1e300,
                        5,
                        "x",
                        "",
                        true,
                        Json::array(),
                        Json::object(),
                        Json::array({Json()})};
  if (json.is_structured() && !json.empty() && below(random, 8) != 0) {
    const auto chosen =
        std::next(json.begin(), static_cast<std::ptrdiff_t>(below(random, json.size())));
    if (below(random, 12) == 0) {
      json.erase(chosen);
    } else {
      mutate(*chosen, random);
    }
    return;
  }
  json = other[below(random, std::size(other))];
}

}  // namespace docwright::providers::testing
