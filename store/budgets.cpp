#include "store/budgets.h"

#include <fmt/core.h>

#include "store/ledger.h"

namespace docwright::store {
namespace {

BudgetState read(const Statement& row, Time now) {
  BudgetState state;
  state.scope = row.text(0);
  state.window = window_named(row.text(1)).value();
  state.limit = {row.optional_integer(2), row.optional_integer(3)};
  state.settled_nusd = row.integer(4);
  state.unknown_nusd = row.integer(5);
  state.reserved_nusd = row.integer(6);
  state.settled_tokens = row.integer(7);
  state.unknown_tokens = row.integer(8);
  state.reserved_tokens = row.integer(9);
  const Time created = row.time(10);
  state.since = created;
  if (state.window == Window::day) {
    state.since = std::max(created, Time(Duration(window_start(state.window, now))));
    state.until = window_end(state.window, now);
  }
  return state;
}

bool is_nothing(const BudgetLimit& limit) {
  return !limit.nusd && !limit.tokens;
}

Result<void> check(const BudgetLimit& limit) {
  if (limit.nusd.value_or(0) >= 0 && limit.tokens.value_or(0) >= 0) return {};
  return fail(Code::invalid_request, "a budget's limit must not be negative");
}

}  // namespace

std::string_view name(Window window) {
  return window == Window::day ? "day" : "once";
}

std::optional<Window> window_named(std::string_view name) {
  if (name == "once") return Window::once;
  if (name == "day") return Window::day;
  return std::nullopt;
}

Result<void> set_budget(Database& database, Window window, const BudgetLimit& limit, Time now) {
  if (auto good = check(limit); !good) return good;
  if (is_nothing(limit)) {
    database
        .statement(
            "UPDATE budget_limits SET removed = ?2 WHERE scope = 'all' AND \"window\" = ?1 "
            "AND removed IS NULL")
        .bind(name(window), now)
        .run();
    if (database.changes() > 0) return {};
    return fail(Code::not_found,
                fmt::format("there is no budget 'all' with the window '{}'", name(window)));
  }
  database
      .statement(
          "INSERT INTO budget_limits (scope, \"window\", limit_nusd, limit_tokens, created) "
          "VALUES ('all', ?1, ?2, ?3, ?4) "
          "ON CONFLICT (\"window\") WHERE scope = 'all' AND removed IS NULL DO UPDATE "
          "SET limit_nusd = excluded.limit_nusd, limit_tokens = excluded.limit_tokens")
      .bind(name(window), limit.nusd, limit.tokens, now)
      .run();
  return {};
}

Result<void> set_job_budget(Database& database, std::int64_t job, const BudgetLimit& limit,
                            Time now) {
  if (auto good = check(limit); !good) return good;
  if (is_nothing(limit)) {
    return fail(Code::invalid_request, "the budget of a job cannot be removed: raise it instead");
  }
  database
      .statement(
          "INSERT INTO budget_limits (scope, job, \"window\", limit_nusd, limit_tokens, created) "
          "VALUES ('job', ?1, 'once', ?2, ?3, ?4) "
          "ON CONFLICT (job) WHERE job IS NOT NULL DO UPDATE "
          "SET limit_nusd = excluded.limit_nusd, limit_tokens = excluded.limit_tokens")
      .bind(job, limit.nusd, limit.tokens, now)
      .run();
  return {};
}

std::vector<BudgetState> budgets(Database& database, Time now) {
  auto row = database.statement(
      "SELECT l.scope, l.\"window\", l.limit_nusd, l.limit_tokens, "
      "coalesce(w.settled_nusd, 0), coalesce(w.unknown_nusd, 0), coalesce(w.reserved_nusd, 0), "
      "coalesce(w.settled_tokens, 0), coalesce(w.unknown_tokens, 0), "
      "coalesce(w.reserved_tokens, 0), l.created FROM budget_limits l "
      "LEFT JOIN budget_windows w ON w.budget = l.budget "
      "AND w.start = iif(l.\"window\" = 'day', ?1, 0) "
      "WHERE l.removed IS NULL AND l.scope = 'all' ORDER BY l.budget");
  row.bind(window_start(Window::day, now));
  std::vector<BudgetState> found;
  while (row.step()) found.push_back(read(row, now));
  return found;
}

}  // namespace docwright::store
