// Bare SQLite that writes the rows which docwright wrote: what the disk and SQLite alone need for
// them.
#pragma once
#include <chrono>
#include <string>

namespace docwright::bench {

struct Replayed {
  std::chrono::microseconds wall{}, cpu{};
};

// Reads every row of every table of `from` into memory, makes the same tables and indexes (no
// triggers) in the new file `to`, and writes all rows with prepared statements in `transactions`
// equal transactions. Returns what the writing took.
//
// What is the same: durability (WAL, synchronous=FULL), cache, no locks in SQLite, and that the WAL
// is copied into the database when 16 MiB of it are not, as docwright's writer does while it is
// busy. What only docwright does: everything that makes the values (parse, check, hash), asking
// before it writes, and enforcing references; each row is written once here, and no row is read.
Replayed replay(const std::string& from, const std::string& to, int transactions);

}  // namespace docwright::bench
