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
// A queued job waits too: `pauses` (those that hold now) and the catalog's default model complete
// what its row says.
wire::JobView view(const store::JobStatus& job, const std::vector<store::Pause>& pauses,
                   const Catalog& catalog);
wire::DocumentView view(const store::StoredDocument& document);
wire::PauseView view(const store::Pause& pause);
std::vector<wire::PauseView> view(const std::vector<store::Pause>& pauses);
wire::CacheGroupView view(const store::CacheGroup& group);
wire::BudgetView view(const store::BudgetState& budget);
wire::ModelsReply view(const providers::Models& models, const providers::Registry& providers,
                       const providers::Credentials& credentials, Time now);

}  // namespace docwright::daemon
