// What the headers of an answer say about the limits that it counted against.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "providers/http_message.h"
#include "providers/limit_rules.h"
#include "runtime/clock.h"

namespace docwright::providers::wire {

enum class Limited { requests, tokens, input_tokens, output_tokens };

struct LimitSaid {
  Limited what = Limited::requests;
  Duration period = std::chrono::minutes(1);  // a minute or a day
  std::optional<std::int64_t> limit;          // above 0
  std::optional<std::int64_t> remaining;      // 0 or more; 0 only of a limit that is known
  std::optional<Duration> reset;              // until all of it is there again

  bool operator==(const LimitSaid&) const = default;
};

// One entry for each kind and period of which something is said that can be meant: servers send -1,
// and 0 where there is no limit.
std::vector<LimitSaid> limits_said(LimitHeaders style, const Headers& headers);

}  // namespace docwright::providers::wire
