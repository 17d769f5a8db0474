#include <fmt/core.h>

#include "store/migrations.h"
#include "store/reports.h"

namespace docwright::store {
namespace {

std::int64_t pragma(Statement statement) {
  return statement.step() ? statement.integer(0) : 0;
}

void add(DatabaseCheck& check, std::string_view name, std::string message) {
  check.findings.push_back({std::string(name), std::move(message)});
}

// SQLite's own words about its pages, tables and indexes; "ok" where there is nothing to say.
void check_pages(Database& database, bool thorough, DatabaseCheck& check) {
  auto row = thorough ? database.statement("PRAGMA integrity_check(20)")
                      : database.statement("PRAGMA quick_check(20)");
  while (row.step()) {
    if (row.text(0) != "ok") {
      add(check, thorough ? "integrity_check" : "quick_check", std::string(row.text(0)));
    }
  }
}

void check_references(Database& database, DatabaseCheck& check) {
  auto row = database.statement("PRAGMA foreign_key_check");
  while (row.step()) {
    add(check, "references",
        fmt::format("row {} of {} refers to a row of {} that is not there", row.integer(1),
                    row.text(0), row.text(2)));
  }
}

void check_promises(Database& database, DatabaseCheck& check) {
  {
    auto row = database.statement("SELECT job, chunk, step, question FROM promise_2_violations");
    while (row.step()) {
      add(check, "promise_2",
          fmt::format("question {} of step {} in chunk {} of job row {} has more than one answer",
                      row.integer(3), row.text(2), row.integer(1), row.integer(0)));
    }
  }
  {
    auto row = database.statement("SELECT budget, start FROM promise_3_violations");
    while (row.step()) {
      add(check, "promise_3",
          fmt::format("the ledger of budget row {} differs from the journal in its window {}",
                      row.integer(0), row.integer(1)));
    }
  }
  auto row = database.statement("SELECT count, kept, counted FROM count_violations");
  while (row.step()) {
    add(check, "counts",
        fmt::format("'{}' is kept as {}, counted are {}", row.text(0), row.integer(1),
                    row.integer(2)));
  }
}

}  // namespace

DatabaseCheck check_database(Database& database, bool thorough) {
  DatabaseCheck check;
  const std::int64_t page = pragma(database.statement("PRAGMA page_size"));
  check.bytes = page * pragma(database.statement("PRAGMA page_count"));
  check.free_bytes = page * pragma(database.statement("PRAGMA freelist_count"));
  check.schema_version = static_cast<int>(pragma(database.statement("PRAGMA user_version")));
  if (pragma(database.statement("PRAGMA application_id")) != kApplicationId) {
    add(check, "application_id", "this is not a database of docwright");
    return check;
  }
  check_pages(database, thorough, check);
  if (check.findings.empty()) {
    check_references(database, check);
    check_promises(database, check);
  }
  return check;
}

}  // namespace docwright::store
