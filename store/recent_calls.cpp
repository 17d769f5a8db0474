#include "store/recent_calls.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace docwright::store {
namespace {

using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;

Time slot(Time at, Time now) {
  return now - at < minutes(1) ? Time(floor<seconds>(at)) : Time(floor<minutes>(at));
}

void add(RecentCalls& calls, const Statement& row) {
  const bool answered = row.text(3) == "answered", failed = row.text(3) == "failed";
  const std::int64_t bound = row.integer(8);
  if (failed && row.integer(4) == 0) return;  // it has reached nobody
  ++calls.requests;
  if (failed) return;
  if (!answered || row.is_null(5)) {
    calls.unsaid += bound;
    return;
  }
  calls.usage.input += row.integer(5);
  calls.usage.input_cached += row.integer(6);
  calls.usage.output += row.integer(7);
  calls.bound += bound;
}

}  // namespace

std::vector<RecentCalls> recent_calls(Database& database, Time since, Time now) {
  // Calls are numbered as they begin, so the newest are at the end: no index on their times is
  // needed.
  auto row = database.statement(
      "SELECT provider, model, created, state, coalesce(http_status, 0), tokens_in, "
      "coalesce(tokens_cached, 0), coalesce(tokens_out, 0), bound_tokens FROM call_journal "
      "WHERE state <> 'intent' ORDER BY call DESC");
  std::map<std::tuple<Time, std::string, std::string>, RecentCalls> slots;
  while (row.step() && row.time(2) >= since) {
    const Time at = row.time(2);
    RecentCalls& calls = slots[{slot(at, now), std::string(row.text(0)), std::string(row.text(1))}];
    calls.at = at;
    add(calls, row);
  }
  std::vector<RecentCalls> all;
  for (auto& [key, calls] : slots) {
    if (calls.requests == 0) continue;
    calls.provider = std::get<1>(key);
    calls.model = std::get<2>(key);
    all.push_back(std::move(calls));
  }
  return all;
}

}  // namespace docwright::store
