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

 private:
  Loop& loop_;
  store::Store& store_;
};

}  // namespace docwright::daemon
