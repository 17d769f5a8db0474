// What a start of the daemon does to the store: number the run, and settle what the former run left
// open.
//
// Jobs are not touched: claim() recognises those of former runs by their run number and hands them
// out first. So a start takes the same time with a hundred thousand running jobs as with none.
#pragma once
#include <cstdint>
#include <string_view>

#include "runtime/clock.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

struct Recovered {
  std::int64_t run = 0;            // number of this run, from 1
  bool unclean = false;            // the former run did not end by itself
  std::int64_t unknown_calls = 0;  // were in flight: now `unknown`, charged at their bound
  Nusd unknown_nusd = 0;
  std::int64_t running_jobs = 0;  // will be claimed first
};

// In a writer's transaction, before the first claim of this process.
Recovered begin_run(Database& database, std::string_view version, Time now);
void end_run(Database& database, Time now);

}  // namespace docwright::store
