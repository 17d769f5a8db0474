// Budgets: ceilings in money, in tokens or in both, over all calls or over one job's, for good or
// for each UTC calendar day.
//
// A budget's window is that of the call's intent. Calls count from the moment the budget was set. A
// limit lowered below what is committed takes nothing back: it refuses new reservations only (the
// window keeps its former ceiling in the ledger).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "store/database.h"
#include "tokens/money.h"

namespace docwright::store {

enum class Window { once, day };
std::string_view name(Window window);
std::optional<Window> window_named(std::string_view name);

struct BudgetLimit {
  std::optional<Nusd> nusd;
  std::optional<std::int64_t> tokens;
};

// The budget over all calls with this window: made or changed. Neither limit: not_found if absent,
// else removed (its history stays in the journal). Afterwards wake_waiting(db, "budget", ...) lets
// parked jobs ask again.
Result<void> set_budget(Database& database, Window window, const BudgetLimit& limit, Time now);
// The budget of one job. It can be raised, not removed.
Result<void> set_job_budget(Database& database, std::int64_t job, const BudgetLimit& limit,
                            Time now);

struct BudgetState {
  std::string scope;  // "all"
  Window window = Window::once;
  BudgetLimit limit;
  std::optional<Time> since, until;  // of the current window; a `once` budget has no end
  Nusd settled_nusd = 0, unknown_nusd = 0, reserved_nusd = 0;
  std::int64_t settled_tokens = 0, unknown_tokens = 0, reserved_tokens = 0;
};
// Those over all calls, each in its current window.
std::vector<BudgetState> budgets(Database& database, Time now);

}  // namespace docwright::store
