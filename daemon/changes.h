// What clients change besides submitting: in one transaction of the writer each. Writer thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/default_model.h"
#include "schemas/wire.h"
#include "store/database.h"
#include "store/jobs.h"

namespace docwright::daemon {

// The reply, and what the dispatcher must hear of after the COMMIT.
struct Changed {
  std::string reply;                                    // frame to send
  std::vector<store::RunningJob> to_stop;               // cancelled while running
  bool cut = false;                                     // calls that nobody waits for then are cut
  std::vector<std::string> wake_reasons;                // jobs that wait for these may go on ...
  std::string wake_pipeline;                            // ... of this pipeline, or of all
  std::optional<bool> paused;                           // a pause began, or ended ...
  std::string paused_pipeline;                          // ... for this pipeline, or for everything
  bool limits_changed = false;                          // budgets or pauses have
  bool jobs_queued = false;                             // a claim may find work
  std::optional<wire::DefaultModelView> default_model;  // somebody chose one ...
  std::string chosen_by;                                // ... who that was
};

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::CancelRequest& request, Time now);
Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::RetryRequest& request, Time now);
Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::PauseRequest& request, Time now);
Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::ResumeRequest& request, Time now);
// Of actions other than `list`.
Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::BudgetRequest& request, Time now);
// Of `clear`.
Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::CacheRequest& request, Time now);

Result<Changed> change(store::Database& database, std::string_view id, const Choice& choice,
                       Time now);

}  // namespace docwright::daemon
