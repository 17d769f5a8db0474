#include "store/plans.h"

#include <fmt/core.h>

#include <algorithm>

#include "store/job_rows.h"

namespace docwright::store {
namespace {

Error not_running(std::int64_t job, int attempt) {
  return Error{Code::conflict,
               fmt::format("job {} is not running in attempt {} any more", job, attempt)};
}

void insert_chunk(Database& database, std::int64_t job, const StoredChunk& chunk) {
  database
      .statement(
          "INSERT INTO chunks (job, chunk, \"begin\", \"end\", scope, targets) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(job, chunk.number, static_cast<std::int64_t>(chunk.begin),
            static_cast<std::int64_t>(chunk.end), chunk.scope, chunk.targets)
      .run();
}

}  // namespace

std::optional<StoredPlan> load_plan(Database& database, std::int64_t job) {
  StoredPlan plan;
  {
    auto row = database.statement("SELECT language, fallback FROM plans WHERE job = ?1");
    if (!row.bind(job).step()) return std::nullopt;
    plan.language = row.text(0);
    plan.fallback = row.text(1);
  }
  auto row = database.statement(
      "SELECT c.chunk, c.\"begin\", c.\"end\", c.scope, c.targets, d.chunk IS NOT NULL AND NOT ("
      "(SELECT redoing FROM jobs WHERE job = ?1) AND c.chunk IN (SELECT chunk FROM document_rows "
      "WHERE job = ?1 AND fallback = 1 AND latest = 1)) "
      "FROM chunks c LEFT JOIN chunk_checkpoints d ON d.job = c.job AND d.chunk = c.chunk "
      "WHERE c.job = ?1 ORDER BY c.chunk");
  row.bind(job);
  while (row.step()) {
    StoredChunk chunk;
    chunk.number = static_cast<int>(row.integer(0));
    chunk.begin = static_cast<std::uint32_t>(row.integer(1));
    chunk.end = static_cast<std::uint32_t>(row.integer(2));
    chunk.scope = row.text(3);
    chunk.targets = row.text(4);
    chunk.stored = row.integer(5) != 0;
    plan.chunks.push_back(std::move(chunk));
  }
  return plan;
}

Result<void> save_plan(Database& database, std::int64_t job, int attempt, const StoredPlan& plan,
                       Time now) {
  if (!running_job(database, job, attempt)) return std::unexpected(not_running(job, attempt));
  database
      .statement(
          "INSERT INTO plans (job, language, fallback) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
      .bind(job, plan.language, plan.fallback)
      .run();
  if (database.changes() == 0) return {};
  for (const StoredChunk& chunk : plan.chunks) {
    insert_chunk(database, job, chunk);
    if (!chunk.stored) continue;
    database.statement("INSERT INTO chunk_checkpoints (job, chunk, stored) VALUES (?1, ?2, ?3)")
        .bind(job, chunk.number, now)
        .run();
  }
  database.statement("UPDATE jobs SET chunks = ?2, chunks_stored = ?3 WHERE job = ?1")
      .bind(job, std::ssize(plan.chunks),
            std::ranges::count(plan.chunks, true, &StoredChunk::stored))
      .run();
  return {};
}

Result<void> divide_chunk(Database& database, std::int64_t job, int attempt,
                          const StoredChunk& first, const StoredChunk& second) {
  if (!running_job(database, job, attempt)) return std::unexpected(not_running(job, attempt));
  const Error changed{
      Code::conflict,
      fmt::format("chunk {} of job {} is not what was to be divided", first.number, job)};
  if (first.end != second.begin) return std::unexpected(changed);
  database
      .statement(
          "UPDATE chunks SET \"end\" = ?5, targets = ?6 WHERE job = ?1 AND chunk = ?2 "
          "AND \"begin\" = ?3 AND \"end\" = ?4")
      .bind(job, first.number, static_cast<std::int64_t>(first.begin),
            static_cast<std::int64_t>(second.end), static_cast<std::int64_t>(first.end),
            first.targets)
      .run();
  if (database.changes() != 1) return std::unexpected(changed);
  insert_chunk(database, job, second);
  // Where the chunk has documents, being done again, its second half has those of its targets.
  database
      .statement(
          "INSERT INTO chunk_checkpoints (job, chunk, stored) "
          "SELECT job, ?3, stored FROM chunk_checkpoints WHERE job = ?1 AND chunk = ?2")
      .bind(job, first.number, second.number)
      .run();
  const auto stored = database.changes();
  database
      .statement(
          "UPDATE jobs SET chunks = chunks + 1, chunks_stored = chunks_stored + ?2 WHERE job = ?1")
      .bind(job, stored)
      .run();
  if (stored == 0) return {};
  database
      .statement(
          "UPDATE document_rows SET chunk = ?3 WHERE job = ?1 AND chunk = ?2 AND symbol IN "
          "(SELECT json_extract(value, '$.symbol') FROM json_each(?4))")
      .bind(job, first.number, second.number, second.targets)
      .run();
  return {};
}

std::optional<std::string> outline_pin(Database& database, const Hash& source) {
  auto row = database.statement("SELECT reason FROM outline_pins WHERE hash = ?1");
  if (row.bind(source).step()) return std::string(row.text(0));
  return std::nullopt;
}

void pin_outline(Database& database, const Hash& source, std::string_view reason, Time now) {
  database
      .statement(
          "INSERT INTO outline_pins (hash, reason, created) VALUES (?1, ?2, ?3) "
          "ON CONFLICT DO NOTHING")
      .bind(source, reason, now)
      .run();
}

}  // namespace docwright::store
