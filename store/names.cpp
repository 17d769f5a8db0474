#include "store/names.h"

namespace docwright::store {

std::optional<std::int64_t> tenant_row(Database& database, std::string_view tenant) {
  auto found = database.statement("SELECT tenant FROM tenants WHERE name = ?1");
  if (found.bind(tenant).step()) return found.integer(0);
  return std::nullopt;
}

std::optional<std::int64_t> project_row(Database& database, std::string_view tenant,
                                        std::string_view project) {
  auto found = database.statement(
      "SELECT project FROM projects JOIN tenants USING (tenant) "
      "WHERE tenants.name = ?1 AND projects.name = ?2");
  if (found.bind(tenant, project).step()) return found.integer(0);
  return std::nullopt;
}

Place place_of(Database& database, std::string_view tenant, std::string_view project,
               std::string_view pipeline) {
  {
    auto found = database.statement(
        "SELECT t.tenant, p.project, l.lane FROM tenants t "
        "JOIN projects p ON p.tenant = t.tenant AND p.name = ?2 "
        "JOIN lanes l ON l.tenant = t.tenant AND l.pipeline = ?3 WHERE t.name = ?1");
    if (found.bind(tenant, project, pipeline).step()) {
      return {found.integer(0), found.integer(1), found.integer(2)};
    }
  }
  Place place;
  database.statement("INSERT INTO tenants (name) VALUES (?1) ON CONFLICT DO NOTHING")
      .bind(tenant)
      .run();
  place.tenant = tenant_row(database, tenant).value();
  database.statement("INSERT INTO projects (tenant, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .bind(place.tenant, project)
      .run();
  place.project = project_row(database, tenant, project).value();
  database.statement("INSERT INTO lanes (tenant, pipeline) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .bind(place.tenant, pipeline)
      .run();
  auto lane = database.statement("SELECT lane FROM lanes WHERE tenant = ?1 AND pipeline = ?2");
  lane.bind(place.tenant, pipeline).step();
  place.lane = lane.integer(0);
  return place;
}

namespace {

// `insert` does nothing where the hash is known already; most contents are new.
std::int64_t kept_once(Database& database, Statement insert, Statement select, const Hash& hash) {
  insert.run();
  if (database.changes() == 1) return database.last_rowid();
  select.bind(hash).step();
  return select.integer(0);
}

}  // namespace

std::int64_t text_row(Database& database, std::string_view text) {
  const Hash hash = sha256(text);
  auto insert =
      database.statement("INSERT INTO texts (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  insert.bind(hash, text);
  return kept_once(database, std::move(insert),
                   database.statement("SELECT text FROM texts WHERE hash = ?1"), hash);
}

std::int64_t source_row(Database& database, const Hash& hash, std::string_view bytes) {
  auto insert =
      database.statement("INSERT INTO sources (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  insert.bind(hash);
  insert.bind_blob(2, bytes);
  return kept_once(database, std::move(insert),
                   database.statement("SELECT source FROM sources WHERE hash = ?1"), hash);
}

std::int64_t answer_row(Database& database, std::string_view text) {
  const Hash hash = sha256(text);
  auto insert =
      database.statement("INSERT INTO answers (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  insert.bind(hash, text);
  return kept_once(database, std::move(insert),
                   database.statement("SELECT answer FROM answers WHERE hash = ?1"), hash);
}

}  // namespace docwright::store
