// Pipelines by the version with which their jobs were accepted: those of this run, and older ones
// from the store.
#pragma once
#include <memory>
#include <unordered_map>

#include "daemon/catalog.h"
#include "runtime/pool.h"
#include "store/store.h"

namespace docwright::daemon {

// Loop thread only. Keeps what it has loaded: versions are few.
class PipelineShelf final {
 public:
  // The registry outlives every pipeline.
  PipelineShelf(Pool& pool, store::Store& store, const pipeline::StepRegistry& steps,
                const Catalog& catalog);

  // Errors: configuration, where an old text can no longer be read by this docwright.
  Task<Result<std::shared_ptr<const pipeline::Pipeline>>> find(std::int64_t version);

 private:
  Pool& pool_;
  store::Store& store_;
  const pipeline::StepRegistry& steps_;
  std::unordered_map<std::int64_t, std::shared_ptr<const pipeline::Pipeline>> pipelines_;
};

}  // namespace docwright::daemon
