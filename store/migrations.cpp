#include "store/migrations.h"

#include <fmt/core.h>

#include <algorithm>

#include "runtime/hash.h"

namespace docwright {
std::span<const EmbeddedFile> store_sql();
}

namespace docwright::store {
namespace {

constexpr std::string_view kFolder = "migrations/";

std::int64_t single_integer(Database& database, std::string_view literal) {
  auto found = database.statement(literal);
  return found.step() ? found.integer(0) : 0;
}

int newest_of(std::span<const EmbeddedFile> files) {
  return static_cast<int>(std::ranges::count_if(
      files, [](const EmbeddedFile& file) { return file.path.starts_with(kFolder); }));
}

Error foreign(const std::string& path) {
  return Error{Code::corrupt,
               fmt::format("{} is another program's database: name a file of docwright, or one "
                           "that does not exist yet",
                           path)};
}

Error newer(const std::string& path, std::int64_t version, int known) {
  return Error{Code::configuration,
               fmt::format("{} has schema version {}, made by a newer docwright; this one knows "
                           "versions up to {}: install the newer one",
                           path, version, known)};
}

// What is in the file, before anything is changed. A new file has neither id, version nor tables.
struct Found {
  std::int64_t application_id = 0, version = 0, tables = 0;
  bool fresh() const { return application_id == 0 && version == 0 && tables == 0; }
};

Found look(Database& database) {
  return Found{single_integer(database, "PRAGMA application_id"),
               single_integer(database, "PRAGMA user_version"),
               single_integer(database, "SELECT count(*) FROM sqlite_schema")};
}

// Either the whole file and its number, or nothing.
void apply(Database& database, const EmbeddedFile& file, int version) {
  database.execute("BEGIN IMMEDIATE");
  try {
    database.execute(std::string(file.text).c_str());
    database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT",
                                 kApplicationId, version)
                         .c_str());
  } catch (...) {
    if (database.in_transaction()) database.execute("ROLLBACK");
    throw;
  }
}

void make_views(Database& database, std::string_view text) {
  const std::string hash = hex(sha256(text));
  {
    auto current = database.statement("SELECT value FROM settings WHERE name = 'views'");
    if (current.step() && current.text(0) == hash) return;
  }
  std::string sql = "BEGIN IMMEDIATE;";
  auto views = database.statement("SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (views.step()) sql += fmt::format("DROP VIEW \"{}\";", views.text(0));
  sql += text;
  sql += fmt::format(";INSERT OR REPLACE INTO settings VALUES ('views', '{}'); COMMIT", hash);
  views.rewind();
  try {
    database.execute(sql.c_str());
  } catch (...) {
    if (database.in_transaction()) database.execute("ROLLBACK");
    throw;
  }
}

}  // namespace

int newest_version() {
  return newest_of(store_sql());
}

Result<void> migrate(Database& database, const std::string& path) {
  return migrate(database, path, store_sql());
}

Result<void> migrate(Database& database, const std::string& path,
                     std::span<const EmbeddedFile> files) {
  const Found found = look(database);
  const int known = newest_of(files);
  if (!found.fresh() && found.application_id != kApplicationId) {
    return std::unexpected(foreign(path));
  }
  if (found.version > known) return std::unexpected(newer(path, found.version, known));
  for (int version = static_cast<int>(found.version) + 1; version <= known; ++version) {
    const auto prefix = fmt::format("{}{:04}_", kFolder, version);
    const auto file = std::ranges::find_if(
        files, [&](const EmbeddedFile& one) { return one.path.starts_with(prefix); });
    if (file == files.end()) return fail(Code::internal, "no migration " + prefix);
    apply(database, *file, version);
  }
  const auto views = std::ranges::find(files, "views.sql", &EmbeddedFile::path);
  if (views != files.end()) make_views(database, views->text);
  return {};
}

Result<void> check_version(Database& database, const std::string& path) {
  const Found found = look(database);
  const int known = newest_version();
  if (found.application_id != kApplicationId) return std::unexpected(foreign(path));
  if (found.version > known) return std::unexpected(newer(path, found.version, known));
  if (found.version < known) {
    return fail(Code::conflict, fmt::format("{} has schema version {}, this docwright needs {}: "
                                            "start its daemon once, it migrates the file",
                                            path, found.version, known));
  }
  return {};
}

}  // namespace docwright::store
