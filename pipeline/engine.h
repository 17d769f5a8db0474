// Runs one job through its pipeline, from its last checkpoint to its end.
#pragma once
#include <functional>
#include <string>
#include <variant>

#include "outline/outline_service.h"
#include "pipeline/ports.h"
#include "pipeline/routes.h"
#include "providers/http_client.h"
#include "providers/models.h"
#include "runtime/log.h"
#include "runtime/pool.h"
#include "runtime/random.h"
#include "runtime/semaphore.h"

namespace docwright::pipeline {

class CallDesk;

// How a run ended. Exactly one of these; the caller records it.
struct Succeeded {
  int documents = 0, flagged = 0;
  int fallbacks = 0;  // of the documents: in place of a model's, which is asked for later
};
struct Failed {
  Error error;
  bool too_long = false;  // the chunk, by our own count or as a provider says: about fewer targets
                          // it may fit
};
// Waits for something that will take more than 30 s, or that only a person can give; resumes from
// the checkpoint.
struct Parked {
  std::string reason;  // budget, rate_limit, quota, no_credentials, provider_down, paused, store
  std::string detail;  // a sentence: what exactly for
  std::optional<Time> until;
};
using Outcome = std::variant<Succeeded, Failed, Parked>;

// The parts a run uses; all outlive every run. Loop thread only.
struct Parts {
  Loop& loop;
  Pool& pool;
  Log& log;
  Random& random;
  outline::Service& outlines;
  const providers::Registry& providers;
  const providers::Models& models;
  const Routes& routes;
  CallDesk& calls;
  Journal& journal;
  Documents& documents;
  Metrics& metrics;
  int chunks_at_once = 8;  // of one job
};

// Throws only cancellation. Calls that are in flight when it is cancelled go on in the CallDesk:
// their answers are journalled.
Task<Outcome> run(Parts& parts, std::shared_ptr<const Job> job);

}  // namespace docwright::pipeline
