// What the store says, in the words of the protocol.
#pragma once
#include <vector>

#include "daemon/catalog.h"
#include "providers/credentials.h"
#include "schemas/wire_replies.h"
#include "store/budgets.h"
#include "store/cache.h"
#include "store/documents.h"
#include "store/job_status.h"
#include "store/pauses.h"

namespace docwright::daemon {

wire::StateCounts view(const store::StateCounts& counts);
wire::Summary view(const store::Summary& summary);
// What completes a job's row: a queued one waits too, for pauses that hold now, or for room on the
// disk; and where neither
// its submit nor its pipeline names a model, it is the one that was asked last, of a job that has
// ended, else the default.
struct Circumstances {
  const std::vector<store::Pause> pauses;
  const std::string default_model;  // empty: the configuration's
  const Catalog& catalog;
  const bool out_of_space = false;
};
wire::JobView view(const store::JobStatus& job, const Circumstances& now,
                   const std::string& model_asked);
// Whom its first call asks.
std::string model_of(const pipeline::Pipeline& pipeline, const std::string& default_model);
wire::DocumentView view(const store::StoredDocument& document);
wire::EventView view(const store::Event& event);
wire::PauseView view(const store::Pause& pause);
std::vector<wire::PauseView> view(const std::vector<store::Pause>& pauses);
wire::CacheGroupView view(const store::CacheGroup& group);
wire::BudgetView view(const store::BudgetState& budget);
wire::ModelsReply view(const Catalog& catalog, const providers::Credentials& credentials,
                       const wire::DefaultModelView& default_model, Time now);

}  // namespace docwright::daemon
