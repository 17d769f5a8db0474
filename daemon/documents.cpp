#include "daemon/documents.h"

#include <utility>

#include "store/documents.h"

namespace docwright::daemon {
namespace {

store::NewDocument to_store(pipeline::Document document) {
  store::NewDocument stored{.symbol = std::move(document.symbol),
                            .kind = std::move(document.kind),
                            .flagged = document.flagged,
                            .record = dump_json(document.record),
                            .findings = {},
                            .fallback = document.fallback};
  for (pipeline::Document::Finding& finding : document.findings) {
    stored.findings.push_back(
        {std::move(finding.rule), std::move(finding.severity), std::move(finding.message)});
  }
  return stored;
}

}  // namespace

Task<Result<void>> StoreDocuments::store(const pipeline::Job& job, int chunk,
                                         std::vector<pipeline::Document> documents, bool last) {
  const std::int64_t row = job.row;
  store::ChunkDone done{
      .job = job.row, .attempt = job.attempt, .chunk = chunk, .documents = {}, .last = last};
  for (pipeline::Document& document : documents)
    done.documents.push_back(to_store(std::move(document)));
  auto change = [done = std::move(done), now = loop_.clock().now()](store::Database& database) {
    return store::store_documents(database, done, now);
  };
  Result<void> stored =
      co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
  if (stored && last) ended_.insert(row);
  co_return stored;
}

}  // namespace docwright::daemon
