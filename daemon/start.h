// The parts of the daemon's start that are more than making the next object.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "config/load.h"
#include "daemon/arguments.h"
#include "daemon/catalog.h"
#include "pipeline/pipeline.h"
#include "runtime/log.h"
#include "schemas/wire_replies.h"
#include "store/retention.h"
#include "store/store.h"

namespace docwright::daemon {

// No core dumps (they would hold keys and sources), new files for the owner alone, as many
// descriptors as are allowed, no SIGPIPE. Call before the first thread.
void harden_process();

// All errors in one text, each with its place.
Result<config::Configuration> configure(const Arguments& arguments,
                                        const config::Environment& environment);

// Runs on the writer's thread; returns after COMMIT. For the start, while nobody else works.
// Blocks.
template <class T>
Result<T> write_now(store::Store& store, std::function<Result<T>(store::Database&)> change) {
  std::promise<Result<void>> promise;
  std::optional<T> value;
  store.writer().submit(
      store::Lane::completion,
      [&](store::Database& database) -> Result<void> {
        Result<T> outcome = change(database);
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        value = std::move(*outcome);
        return {};
      },
      [&](Result<void> result) { promise.set_value(std::move(result)); });
  const Result<void> done = promise.get_future().get();
  if (!done) return std::unexpected(done.error());
  return std::move(*value);
}

// The pipelines, shipped and own, each stored under its hash.
Result<std::shared_ptr<const Catalog>> load_catalog(const config::Configuration& configuration,
                                                    const pipeline::StepRegistry& steps,
                                                    const providers::Registry& providers,
                                                    std::shared_ptr<const providers::Models> models,
                                                    store::Store& store, Time now);

// What the configuration sets holds from this start on; what was set otherwise meanwhile is said in
// the log.
Result<void> apply_budgets(const std::vector<config::BudgetSettings>& budgets, store::Store& store,
                           Time now, Log& log);

store::Retention retention_of(const config::RetentionSettings& settings);
wire::Limits limits_of(const config::FrontDoorSettings& settings);

}  // namespace docwright::daemon
