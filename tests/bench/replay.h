// Bare SQLite that writes the rows which docwright wrote: what the disk and SQLite alone need for
// them.
#pragma once
#include <chrono>
#include <string>

namespace docwright::bench {

// Reads every row of every table of `from`, makes the same tables and indexes (no triggers) in the
// new file `to` with the same pragmas, and writes all rows with prepared statements in
// `transactions` equal transactions. Returns the time of the writing.
std::chrono::microseconds replay(const std::string& from, const std::string& to, int transactions);

}  // namespace docwright::bench
