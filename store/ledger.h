// The ledger's side of a call: what it reserves in every budget that applies, and what becomes of
// that. Internal to store/: calls.cpp moves the journal row and the ledger together.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/budgets.h"
#include "store/calls.h"
#include "store/database.h"

namespace docwright::store {

struct Amount {
  Nusd nusd = 0;
  std::int64_t tokens = 0;
};

// A budget in the window of a moment, with what is in its ledger.
struct LedgerWindow {
  std::int64_t budget = 0;
  std::int64_t start = 0;  // microseconds since the epoch; 0 of a `once` budget
  bool of_job = false;
  Window window = Window::once;
  BudgetLimit limit;
  Amount settled, unknown, reserved;
};
std::vector<LedgerWindow> applicable_windows(Database& database, std::int64_t job, Time now);

// Why a call does not fit into these windows; none: it does.
std::optional<CallRefused> refusal(const std::vector<LedgerWindow>& windows, const NewCall& call,
                                   Time now);
// After refusal() had nothing to say, in the same transaction.
void reserve(Database& database, const std::vector<LedgerWindow>& windows, std::int64_t call,
             const Amount& bound);

// Where a call's amount stands in the ledger.
enum class Entry { reserved, unknown, settled, released };
// Moves a call's amount in every window that it was reserved in. What is settled beyond the bound
// is an overrun.
void move_entry(Database& database, std::int64_t call, Entry from, Entry to, const Amount& bound,
                const Amount& charged);

// The window of that kind in which a moment lies.
std::int64_t window_start(Window window, Time now);
std::optional<Time> window_end(Window window, Time now);

}  // namespace docwright::store
