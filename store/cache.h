// Answers that serve other jobs of their tenant: which still do, and what they have saved. They are
// the journal's own rows (calls.h); what is taken from the cache stays there, for its own job.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/error.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

// A job of the day got an answer that another one had paid.
struct CacheHits {
  std::string day;  // UTC, 2030-01-02
  std::string tenant, project, pipeline, provider, model;
  std::int64_t hits = 0, tokens_in = 0, tokens_out = 0;
  Nusd saved = 0;  // what the calls cost that the answers came from

  auto subject() const { return std::tie(day, tenant, project, pipeline, provider, model); }
};
// Adds to what the day has.
void add_cache_hits(Database& database, const std::vector<CacheHits>& hits);

struct CacheGroup {
  std::string name;
  std::int64_t answers = 0;  // that serve others
  std::int64_t tokens_in = 0, tokens_out = 0;
  Nusd cost = 0;  // of them
  std::optional<Time> oldest, newest;
  std::int64_t hits = 0;
  Nusd saved = 0;
};
// By model, provider, tenant, project or pipeline; the most answers first. Answers from before
// `since` have expired. Errors: invalid_request (another word).
Result<std::vector<CacheGroup>> cache_by(Database& database, std::string_view group, Time since);

// From now on no answer that came up to `until` serves others: of the model, or of all where it is
// empty. How many those were.
std::int64_t clear_cache(Database& database, std::string_view model, Time until);

}  // namespace docwright::store
