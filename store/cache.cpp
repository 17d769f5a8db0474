#include "store/cache.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "runtime/text.h"

namespace docwright::store {
namespace {

constexpr std::array<std::string_view, 5> kGroups = {"model", "provider", "tenant", "project",
                                                     "pipeline"};

// Every answer that serves other jobs of its tenant, as long as it is young enough.
constexpr std::string_view kServing =
    "call_journal c JOIN jobs j USING (job) JOIN tenants t ON t.tenant = c.tenant "
    "JOIN projects p ON p.project = j.project JOIN lanes l ON l.lane = j.lane "
    "WHERE c.state = 'answered' AND NOT EXISTS (SELECT 1 FROM cache_clearings x "
    "WHERE (x.model = '' OR x.model = c.model) AND c.ended <= x.until)";

// The column of a group, among those of kServing.
std::string_view column_of(std::string_view group) {
  if (group == "tenant") return "t.name";
  if (group == "project") return "p.name";
  if (group == "pipeline") return "l.pipeline";
  return group == "provider" ? "c.provider" : "c.model";
}

}  // namespace

void add_cache_hits(Database& database, const std::vector<CacheHits>& hits) {
  for (const CacheHits& each : hits) {
    database
        .statement(
            "INSERT INTO cache_days VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
            "ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, "
            "tokens_in = tokens_in + excluded.tokens_in, "
            "tokens_out = tokens_out + excluded.tokens_out, "
            "saved_nusd = saved_nusd + excluded.saved_nusd")
        .bind(each.day, each.tenant, each.project, each.pipeline, each.provider, each.model,
              each.hits, each.tokens_in, each.tokens_out, each.saved)
        .run();
  }
}

Result<std::vector<CacheGroup>> cache_by(Database& database, std::string_view group, Time since) {
  if (std::ranges::find(kGroups, group) == kGroups.end()) {
    return fail(Code::invalid_request,
                fmt::format("the cache cannot be shown by '{}'{}: use model, provider, tenant, "
                            "project or pipeline",
                            group, did_you_mean(group, kGroups)));
  }
  auto row = database.statement_once(fmt::format(
      "SELECT name, sum(answers), sum(tokens_in), sum(tokens_out), sum(cost), min(ended), "
      "max(ended), sum(hits), sum(saved) FROM ("
      "SELECT {1} AS name, 1 AS answers, coalesce(c.tokens_in, 0) AS tokens_in, "
      "coalesce(c.tokens_out, 0) AS tokens_out, c.charged_nusd AS cost, c.ended, 0 AS hits, "
      "0 AS saved FROM {2} AND c.ended >= ?1 "
      "UNION ALL SELECT {0}, 0, 0, 0, 0, NULL, hits, saved_nusd FROM cache_days) "
      "GROUP BY name ORDER BY 2 DESC, name",
      group, column_of(group), kServing));
  row.bind(since);
  std::vector<CacheGroup> groups;
  while (row.step()) {
    groups.push_back({.name = std::string(row.text(0)),
                      .answers = row.integer(1),
                      .tokens_in = row.integer(2),
                      .tokens_out = row.integer(3),
                      .cost = row.integer(4),
                      .oldest = row.optional_time(5),
                      .newest = row.optional_time(6),
                      .hits = row.integer(7),
                      .saved = row.integer(8)});
  }
  return groups;
}

std::int64_t clear_cache(Database& database, std::string_view model, Time until) {
  std::int64_t cleared = 0;
  {
    auto row = database.statement_once(fmt::format(
        "SELECT count(*) FROM {} AND c.ended <= ?2 AND (?1 = '' OR c.model = ?1)", kServing));
    row.bind(model, until).step();
    cleared = row.integer(0);
  }
  database
      .statement(
          "INSERT INTO cache_clearings VALUES (?1, ?2) "
          "ON CONFLICT DO UPDATE SET until = max(until, excluded.until)")
      .bind(model, until)
      .run();
  return cleared;
}

}  // namespace docwright::store
