// Chunk plans: which text each call of a job gets and which targets it documents. Written once per
// job, before its first call.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "store/database.h"

namespace docwright::store {

struct StoredChunk {
  int number = 0;
  std::uint32_t begin = 0, end = 0;  // bytes of the source
  std::string scope;
  std::string targets;  // JSON array of definitions (outline/)
  bool stored = false;  // every target has its document, and none is a fallback to be done again
};

struct StoredPlan {
  std::string language;
  std::string fallback;
  std::vector<StoredChunk> chunks;  // by number
};

std::optional<StoredPlan> load_plan(Database& database, std::int64_t job);
// Errors: conflict when the attempt is not the running one. A plan that is there already stays as
// it is.
Result<void> save_plan(Database& database, std::int64_t job, int attempt, const StoredPlan& plan,
                       Time now);

// Of a chunk that was too long: its number keeps `first`, and `second`, whose number is new, joins
// the plan. Errors: conflict as above, and where the two are not the chunk in sum.
Result<void> divide_chunk(Database& database, std::int64_t job, int attempt,
                          const StoredChunk& first, const StoredChunk& second);

// Sources whose outline is pinned to the linear fallback, because parsing them killed a child; with
// the reason.
std::optional<std::string> outline_pin(Database& database, const Hash& source);
void pin_outline(Database& database, const Hash& source, std::string_view reason, Time now);

}  // namespace docwright::store
