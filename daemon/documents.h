// The pipeline's Documents over the store.
#pragma once
#include <unordered_set>

#include "pipeline/ports.h"
#include "store/store.h"

namespace docwright::daemon {

// Loop thread only.
class StoreDocuments final : public pipeline::Documents {
 public:
  StoreDocuments(Loop& loop, store::Store& store) : loop_(loop), store_(store) {}

  Task<Result<void>> store(const pipeline::Job& job, int chunk,
                           std::vector<pipeline::Document> documents, bool last) override;

  // Whether the job ended together with its last document; asked once per run.
  bool take_ended(std::int64_t row) { return ended_.erase(row) > 0; }

 private:
  Loop& loop_;
  store::Store& store_;
  std::unordered_set<std::int64_t> ended_;  // rows of jobs whose run has not asked yet
};

}  // namespace docwright::daemon
