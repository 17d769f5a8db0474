#include "tests/bench/replay.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <cstdint>
#include <vector>

#include "tests/bench/process.h"

namespace docwright::bench {
namespace {

struct Connection {
  sqlite3* handle = nullptr;
  Connection(const std::string& path, int flags) {
    // One thread uses it, and nobody asks for statistics: as in docwright.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
      give_up("cannot open " + path);
  }
  ~Connection() { sqlite3_close(handle); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(const std::string& sql) {
    char* message = nullptr;
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK)
      give_up(fmt::format("{}: {}", sql, message));
  }
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK) {
      give_up(fmt::format("{}: {}", sql, sqlite3_errmsg(handle)));
    }
    return statement;
  }
};

// All rows of one table, as SQLite's own values.
struct Table {
  std::string name;
  int columns = 0;
  std::vector<sqlite3_value*> values;  // row by row
  sqlite3_stmt* insert = nullptr;
  std::size_t rows() const {
    return columns == 0 ? 0 : values.size() / static_cast<std::size_t>(columns);
  }
};

Table read_table(Connection& from, const std::string& name) {
  Table table{name};
  sqlite3_stmt* select = from.prepare(fmt::format("SELECT * FROM \"{}\"", name));
  table.columns = sqlite3_column_count(select);
  while (sqlite3_step(select) == SQLITE_ROW) {
    for (int column = 0; column < table.columns; ++column)
      table.values.push_back(sqlite3_value_dup(sqlite3_column_value(select, column)));
  }
  sqlite3_finalize(select);
  return table;
}

std::vector<std::string> texts(Connection& from, const std::string& sql) {
  std::vector<std::string> found;
  sqlite3_stmt* select = from.prepare(sql);
  while (sqlite3_step(select) == SQLITE_ROW)
    found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(select, 0)));
  sqlite3_finalize(select);
  return found;
}

void write_rows(Table& table, std::size_t begin, std::size_t end) {
  for (std::size_t row = begin; row < end; ++row) {
    for (int column = 0; column < table.columns; ++column) {
      sqlite3_bind_value(table.insert, column + 1,
                         table.values[row * static_cast<std::size_t>(table.columns) +
                                      static_cast<std::size_t>(column)]);
    }
    if (sqlite3_step(table.insert) != SQLITE_DONE) give_up("cannot write a row of " + table.name);
    sqlite3_reset(table.insert);
  }
}

}  // namespace

Replayed replay(const std::string& from_path, const std::string& to_path, int transactions) {
  Connection from(from_path, SQLITE_OPEN_READONLY);
  Connection to(to_path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  to.execute(
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA wal_autocheckpoint=4096; PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY;"
      "PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864");
  for (const auto& sql :
       texts(from,
             "SELECT sql FROM sqlite_schema WHERE type IN ('table','index') AND sql IS NOT NULL "
             "AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, rowid")) {
    to.execute(sql);
  }
  std::vector<Table> tables;
  for (const auto& name :
       texts(from,
             "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'")) {
    tables.push_back(read_table(from, name));
    std::string marks = "?";
    for (int column = 1; column < tables.back().columns; ++column) marks += ",?";
    tables.back().insert = to.prepare(fmt::format("INSERT INTO \"{}\" VALUES({})", name, marks));
  }
  const auto cpu_before = own_cpu();
  const auto wall_before = std::chrono::steady_clock::now();
  const auto parts = static_cast<std::size_t>(transactions);
  for (std::size_t part = 0; part < parts; ++part) {
    to.execute("BEGIN IMMEDIATE");
    for (auto& table : tables)
      write_rows(table, table.rows() * part / parts, table.rows() * (part + 1) / parts);
    to.execute("COMMIT");
  }
  const Replayed replayed{std::chrono::duration_cast<std::chrono::microseconds>(
                              std::chrono::steady_clock::now() - wall_before),
                          own_cpu() - cpu_before};
  for (auto& table : tables) {
    for (sqlite3_value* value : table.values) sqlite3_value_free(value);
    sqlite3_finalize(table.insert);
  }
  return replayed;
}

}  // namespace docwright::bench
