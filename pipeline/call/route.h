// Which targets of a route may be asked about a topic, in which order.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/call/fallback.h"
#include "pipeline/call/inquiry.h"

namespace docwright::pipeline {

struct Candidate {
  Resolved resolved;
  Inquiry inquiry;
  std::optional<Nusd> bound;  // the most that it can cost; nothing: no price is known
  bool former = false;  // a default that holds no longer: what it has answered counts, it is not
                        // asked
};

struct Candidates {
  // Best first; never empty. After them, for a job that has run before, former defaults.
  std::vector<Candidate> in_order;
  // Why nobody may be asked, where there are none but former defaults.
  std::optional<Stop> nobody;
  // Why the first target was left out whose window the topic does not fit, if there is one: about
  // fewer definitions it could be asked.
  std::optional<Failed> too_long;
};

// Left out are targets whose conditions the topic does not meet, whose window it does not fit, and
// that refuse a parameter of the submit; an error where that is all of them.
StepResult<Candidates> candidates(const Run& run, const ChunkRun& chunk, const Step& step,
                                  const Topic& topic);

// Whether the target may be asked after another one has declined.
bool may_follow(const Candidate& candidate, const Candidate& declined, Elsewhere elsewhere);

}  // namespace docwright::pipeline
