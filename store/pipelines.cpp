#include "store/pipelines.h"

#include <fmt/core.h>

#include "store/names.h"

namespace docwright::store {
namespace {

std::optional<std::int64_t> version_of(Database& database, const Hash& hash) {
  auto row = database.statement("SELECT version FROM pipeline_versions WHERE hash = ?1");
  if (row.bind(hash).step()) return row.integer(0);
  return std::nullopt;
}

}  // namespace

std::int64_t store_pipeline(Database& database, const PipelineVersion& pipeline, Time now) {
  if (const auto known = version_of(database, pipeline.hash)) return *known;
  database
      .statement(
          "INSERT INTO pipeline_versions (name, hash, text, created) VALUES (?1, ?2, ?3, ?4)")
      .bind(pipeline.name, pipeline.hash, text_row(database, pipeline.text), now)
      .run();
  const std::int64_t version = database.last_rowid();
  for (const auto& [name, text] : pipeline.parts) {
    database.statement("INSERT INTO pipeline_parts (version, name, text) VALUES (?1, ?2, ?3)")
        .bind(version, name, text_row(database, text))
        .run();
  }
  return version;
}

Result<PipelineVersion> load_pipeline(Database& database, std::int64_t version) {
  PipelineVersion pipeline;
  {
    auto row = database.statement(
        "SELECT version, name, v.hash, body FROM pipeline_versions v JOIN texts USING (text) "
        "WHERE version = ?1");
    if (!row.bind(version).step()) {
      return fail(Code::not_found, fmt::format("there is no pipeline version {}", version));
    }
    pipeline.version = row.integer(0);
    pipeline.name = row.text(1);
    pipeline.hash = row.hash(2);
    pipeline.text = row.text(3);
  }
  auto part = database.statement(
      "SELECT name, body FROM pipeline_parts JOIN texts USING (text) WHERE version = ?1 "
      "ORDER BY name");
  part.bind(version);
  while (part.step()) {
    pipeline.parts.emplace_back(std::string(part.text(0)), std::string(part.text(1)));
  }
  return pipeline;
}

}  // namespace docwright::store
