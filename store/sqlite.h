// What statement.cpp and database.cpp share of SQLite; nobody else includes it, or sqlite3.h.
#pragma once
#include <sqlite3.h>

#include <string_view>

#include "store/database.h"

namespace docwright::store {

// As SqliteError, with what the connection says of its last failure.
[[noreturn]] void throw_error(sqlite3* handle, std::string_view doing);

// A prepared statement: the connection's, for as long as it lives, or (once) its borrower's.
struct Statement::Cached {
  sqlite3_stmt* handle = nullptr;
  std::size_t length = 0;  // of its SQL: two literals at one address would show here
  bool borrowed = false;
  bool once = false;

  sqlite3* database() const { return sqlite3_db_handle(handle); }
  [[noreturn]] void fail() const { throw_error(database(), sqlite3_sql(handle)); }
  void check(int code) const {
    if (code != SQLITE_OK) fail();
  }
};

}  // namespace docwright::store
