// The steps of the daemon's start that do more than make the next object.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/load.h"
#include "daemon/arguments.h"
#include "daemon/catalog.h"
#include "daemon/service_manager.h"
#include "pipeline/call/call_desk.h"
#include "pipeline/call/limits.h"
#include "pipeline/configured.h"
#include "pipeline/pipeline.h"
#include "providers/credentials.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "schemas/wire_replies.h"
#include "store/default_models.h"
#include "store/pauses.h"
#include "store/recent_calls.h"
#include "store/store.h"

namespace docwright::daemon {

// No core dumps (they would hold keys and sources), new files for the owner alone, as many
// descriptors as are allowed, no SIGPIPE. Call before the first thread.
void harden_process();

// All errors in one text, each with its place.
Result<config::Configuration> configure(const Arguments& arguments,
                                        const config::Environment& environment);

// Opens, migrates and recovers the database. A full disk is waited for: nothing can begin before
// what the former run left open is written down, and restarting would not help. Blocks; until then
// a signal ends the process.
Result<std::unique_ptr<store::Store>> open_store(const store::StoreOptions& options, Clock& clock,
                                                 const store::Writer::Listener& listener,
                                                 ServiceManager& manager, Log& log);

// The pipelines, shipped and own, each stored under its hash.
Result<std::shared_ptr<const Catalog>> store_catalog(
    const std::shared_ptr<const pipeline::Configured>& configured, std::string default_pipeline,
    store::Store& store, Time now);

// What the configuration sets holds from this start on; what was set otherwise meanwhile is said in
// the log.
Result<void> apply_budgets(const std::vector<config::BudgetSettings>& budgets, store::Store& store,
                           Time now, Log& log);

// What the store knew when the daemon started.
struct StartState {
  std::int64_t last_event = 0;
  std::vector<store::Pause> pauses;
  std::vector<store::DefaultModel> default_models;  // as they were chosen; the last holds
  std::vector<store::RecentCalls> recent_calls;     // that limits count
};
// A day's calls may be more than a reader's time allows (store.read_time_max): then the daemon
// starts without them, and says so in the log. Blocks.
Result<StartState> start_state(store::Store& store, const config::Settings& settings, Time now,
                               Log& log);
// What the providers have counted before this start. Models that are configured no more are left
// out.
pipeline::CallLimits call_limits(const config::Settings& settings, const providers::Models& models,
                                 const std::vector<store::RecentCalls>& recent);

// Where calls go and with which key; a key that was found never appears in the log. Both outlive
// it.
pipeline::Endpoints endpoints(const providers::Credentials& credentials, Log& log);

// Routes of which some targets cannot be asked for want of a key.
void log_routes(Log& log, const pipeline::Configured& configured,
                const providers::Credentials& credentials);

TaskGroup::OnFailure log_failures(Log& log);
void log_space(Log& log, bool no_space);
void log_start(Log& log, const config::Configuration& configuration,
               const store::Recovered& recovered, const wire::Endpoints& endpoints);

}  // namespace docwright::daemon
