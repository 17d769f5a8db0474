#include "store/documents.h"

#include <fmt/core.h>

#include "store/job_rows.h"

namespace docwright::store {
namespace {

// Where the documents of a job go.
struct Shelf {
  std::int64_t job = 0, project = 0;
  int chunk = 0;
  std::string path;
};

// The latest version of the symbol steps back; the number of the next one.
std::int64_t next_version(Database& database, const Shelf& shelf, std::string_view symbol) {
  std::int64_t version = 0;
  std::int64_t document = 0;
  {
    auto latest = database.statement(
        "SELECT document, version FROM document_rows WHERE project = ?1 AND path = ?2 "
        "AND symbol = ?3 AND latest = 1");
    if (!latest.bind(shelf.project, shelf.path, symbol).step()) return 1;
    document = latest.integer(0);
    version = latest.integer(1);
  }
  database.statement("UPDATE document_rows SET latest = 0 WHERE document = ?1")
      .bind(document)
      .run();
  return version + 1;
}

// The job's document of the symbol, if there is one: a model's before its fallback.
struct Present {
  bool fallback = false, latest = false, flagged = false;
};
std::optional<Present> present(Database& database, std::int64_t job, std::string_view symbol) {
  auto row = database.statement(
      "SELECT fallback, latest, flagged FROM document_rows "
      "WHERE job = ?1 AND symbol = ?2 AND job IS NOT NULL ORDER BY fallback LIMIT 1");
  if (!row.bind(job, symbol).step()) return std::nullopt;
  return Present{row.integer(0) != 0, row.integer(1) != 0, row.integer(2) != 0};
}

void insert_document(Database& database, const Shelf& shelf, const NewDocument& document,
                     Time now) {
  const std::int64_t version = next_version(database, shelf, document.symbol);
  database
      .statement(
          "INSERT INTO document_rows (job, chunk, project, path, symbol, kind, version, latest, "
          "flagged, fallback, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10)")
      .bind(shelf.job, shelf.chunk, shelf.project, shelf.path, document.symbol, document.kind,
            version, document.flagged, document.fallback, now)
      .run();
  const std::int64_t row = database.last_rowid();
  database.statement("INSERT INTO document_records (document, record) VALUES (?1, ?2)")
      .bind(row, document.record)
      .run();
  int number = 0;
  for (const NewFinding& finding : document.findings) {
    database
        .statement(
            "INSERT INTO findings (document, number, rule, severity, message) "
            "VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(row, number++, finding.rule, finding.severity, finding.message)
        .run();
  }
}

// How many checkpoints that makes: none where the chunk has its own already.
std::int64_t check_in(Database& database, const ChunkDone& done, Time now) {
  database
      .statement(
          "INSERT INTO chunk_checkpoints (job, chunk, stored) VALUES (?1, ?2, ?3) "
          "ON CONFLICT DO NOTHING")
      .bind(done.job, done.chunk, now)
      .run();
  return database.changes();
}

void store_chunk(Database& database, const ChunkDone& done, std::int64_t checkpoints, Time now) {
  Shelf shelf{done.job, 0, done.chunk, {}};
  {
    auto row = database.statement("SELECT project, path FROM jobs WHERE job = ?1");
    row.bind(done.job).step();
    shelf.project = row.integer(0);
    shelf.path = row.text(1);
  }
  int documents = 0;
  int flagged = 0;
  for (const NewDocument& document : done.documents) {
    const std::optional<Present> before = present(database, done.job, document.symbol);
    if (before && (!before->fallback || !before->latest || document.fallback)) continue;
    insert_document(database, shelf, document, now);
    documents += before ? 0 : 1;
    flagged += static_cast<int>(document.flagged) - (before && before->flagged ? 1 : 0);
  }
  database
      .statement(
          "UPDATE jobs SET chunks_stored = chunks_stored + ?4, documents = documents + ?2, "
          "flagged = flagged + ?3 WHERE job = ?1")
      .bind(done.job, documents, flagged, checkpoints)
      .run();
  database.statement("UPDATE totals SET documents = documents + ?1, flagged = flagged + ?2")
      .bind(documents, flagged)
      .run();
}

Result<void> end_after_last(Database& database, const JobRow& job, Time now) {
  auto left = database.statement("SELECT chunks - chunks_stored FROM jobs WHERE job = ?1");
  left.bind(job.row).step();
  if (left.integer(0) != 0) {
    return fail(Code::internal,
                fmt::format("job {} was to end, but {} of its chunks are not stored", job.id,
                            left.integer(0)));
  }
  record_attempt(database, job, name(State::succeeded), "", "", now);
  Tally tally;
  end_job(database, job, State::succeeded, std::nullopt, tally, now);
  tally.write(database, now);
  return {};
}

}  // namespace

Result<void> store_documents(Database& database, const ChunkDone& done, Time now) {
  const auto job = running_job(database, done.job, done.attempt);
  if (!job) {
    return fail(Code::conflict, fmt::format("job {} is not running in attempt {} any more",
                                            done.job, done.attempt));
  }
  store_chunk(database, done, check_in(database, done, now), now);
  if (done.last) return end_after_last(database, *job, now);
  return {};
}

}  // namespace docwright::store
