// Documents: a new version each time a target is documented; the latest of each (tenant, project,
// path, symbol) is marked.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "store/database.h"

namespace docwright::store {

struct NewFinding {
  std::string rule, severity, message;
};

struct NewDocument {
  std::string symbol, kind;
  bool flagged = false;
  std::string record;  // JSON, schemas/document.json
  std::vector<NewFinding> findings;
  bool fallback = false;  // in place of a model's
};

struct ChunkDone {
  std::int64_t job = 0;
  int attempt = 0;
  int chunk = 0;
  std::vector<NewDocument> documents;
  bool last = false;  // finishes the job: succeeded
};

// The documents, the chunk's checkpoint and, after the last one, the job's end. What the job has
// documented already stays as it is, but a fallback gives way to a model's document, as long as it
// is the latest of its symbol. Errors: conflict (the job is not running in that attempt), internal
// (last, but a chunk is missing).
Result<void> store_documents(Database& database, const ChunkDone& done, Time now);

struct StoredDocument {
  std::int64_t row = 0;
  std::string job, batch, tenant, project, path, symbol, kind;
  int version = 0;
  bool latest = false, flagged = false;
  Time created{};
  std::string record;  // JSON
};

// Of some jobs, of a batch, or of a project (its latest ones only); in the order of path and then
// as they were stored.
struct DocumentQuery {
  std::vector<std::int64_t> jobs;
  std::optional<std::int64_t> batch;
  std::string tenant, project;  // where neither of the above is given
  bool flagged_only = false;
  int limit = 100;
  std::string after;  // cursor: DocumentPage::next of the page before
};
struct DocumentPage {
  std::vector<StoredDocument> documents;
  std::string next;  // empty: that was all
};
// Errors: invalid_request (a cursor that is not ours).
Result<DocumentPage> find_documents(Database& database, const DocumentQuery& query);

}  // namespace docwright::store
