#include "store/ledger.h"

#include <fmt/core.h>

namespace docwright::store {
namespace {

// One limit of one budget against one call.
struct Ceiling {
  const LedgerWindow& window;
  std::int64_t limit, settled, unknown, reserved, needed;
  bool money;

  std::int64_t committed() const { return settled + unknown + reserved; }
  bool fits() const { return committed() + needed <= limit; }
  bool fits_without_reservations() const { return settled + unknown + needed <= limit; }
  bool fits_an_empty_window() const { return needed <= limit; }
};

std::string amount_text(std::int64_t amount, bool money) {
  return money ? money_text(amount) : fmt::format("{} tokens", amount);
}

std::string budget_text(const LedgerWindow& window, std::int64_t limit, bool money) {
  return fmt::format("{} ({}{})", window.of_job ? "the job's budget" : "budget 'all'",
                     amount_text(limit, money), window.window == Window::day ? " a day" : "");
}

// What is settled or unknown stays so, no window rolls, and nobody can raise it: whatever becomes
// of the reservations, this call never fits.
CallRefused refused_for_good(const Ceiling& ceiling) {
  CallRefused refused;
  refused.for_good = true;
  const std::int64_t spent = ceiling.settled + ceiling.unknown;
  refused.words = fmt::format(
      "{} has {} left, and this call needs up to {}: submit the source again with a larger one",
      budget_text(ceiling.window, ceiling.limit, ceiling.money),
      amount_text(std::max<std::int64_t>(0, ceiling.limit - spent), ceiling.money),
      amount_text(ceiling.needed, ceiling.money));
  return refused;
}

CallRefused refused_by(const Ceiling& ceiling, Time now) {
  if (ceiling.window.of_job && !ceiling.fits_without_reservations())
    return refused_for_good(ceiling);
  CallRefused refused;
  refused.words = fmt::format("{}: {} committed, this call needs up to {}",
                              budget_text(ceiling.window, ceiling.limit, ceiling.money),
                              amount_text(ceiling.committed(), ceiling.money),
                              amount_text(ceiling.needed, ceiling.money));
  if (ceiling.fits_without_reservations()) {
    refused.reservations = true;
  } else if (ceiling.fits_an_empty_window()) {
    refused.until = window_end(ceiling.window.window, now);
  } else {
    refused.words += ", more than the whole budget";
  }
  return refused;
}

CallRefused refused_unpriced(const LedgerWindow& window, const NewCall& call) {
  CallRefused refused;
  refused.for_good = window.of_job;
  refused.words = fmt::format(
      "{} is in money, and no price is known for model '{}' of provider '{}': add its price to "
      "models.yaml{}, or {} a budget in tokens",
      budget_text(window, *window.limit.nusd, true), call.model, call.provider,
      window.of_job ? " and retry the job" : "", window.of_job ? "submit it with" : "set");
  return refused;
}

// Of two refusals, what the caller must do: a window that must roll outweighs a reservation that
// will settle, a budget that must be raised outweighs both, and nothing outweighs one that nobody
// can raise.
CallRefused stricter(CallRefused a, CallRefused b) {
  if (a.for_good || b.for_good) return a.for_good ? a : b;
  if (a.reservations != b.reservations) return a.reservations ? b : a;
  if (!a.until || !b.until) return a.until ? b : a;
  return *a.until >= *b.until ? a : b;
}

constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;

}  // namespace

std::int64_t window_start(Window window, Time now) {
  if (window == Window::once) return 0;
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count() * kDay;
}

std::optional<Time> window_end(Window window, Time now) {
  if (window == Window::once) return std::nullopt;
  return Time(Duration(window_start(window, now) + kDay));
}

std::vector<LedgerWindow> applicable_windows(Database& database, std::int64_t job, Time now) {
  std::vector<LedgerWindow> windows;
  auto row = database.statement(
      "SELECT l.budget, l.job IS NOT NULL, l.\"window\", l.limit_nusd, l.limit_tokens, "
      "coalesce(w.settled_nusd, 0), coalesce(w.settled_tokens, 0), "
      "coalesce(w.unknown_nusd, 0), coalesce(w.unknown_tokens, 0), "
      "coalesce(w.reserved_nusd, 0), coalesce(w.reserved_tokens, 0) FROM "
      "(SELECT * FROM budget_limits WHERE scope = 'all' AND removed IS NULL "
      "UNION ALL SELECT * FROM budget_limits WHERE job = ?1 AND job IS NOT NULL "
      "AND removed IS NULL) AS l "
      "LEFT JOIN budget_windows w ON w.budget = l.budget "
      "AND w.start = iif(l.\"window\" = 'day', ?2, 0)");
  row.bind(job, window_start(Window::day, now));
  while (row.step()) {
    LedgerWindow window;
    window.budget = row.integer(0);
    window.of_job = row.integer(1) != 0;
    window.window = window_named(row.text(2)).value();
    window.start = window_start(window.window, now);
    window.limit = {row.optional_integer(3), row.optional_integer(4)};
    window.settled = {row.integer(5), row.integer(6)};
    window.unknown = {row.integer(7), row.integer(8)};
    window.reserved = {row.integer(9), row.integer(10)};
    windows.push_back(window);
  }
  return windows;
}

std::optional<CallRefused> refusal(const std::vector<LedgerWindow>& windows, const NewCall& call,
                                   Time now) {
  std::optional<CallRefused> found;
  const auto add = [&](CallRefused refused) {
    found = found ? stricter(std::move(*found), std::move(refused)) : std::move(refused);
  };
  const auto ask = [&](const Ceiling& ceiling) {
    if (!ceiling.fits()) add(refused_by(ceiling, now));
  };
  for (const LedgerWindow& window : windows) {
    if (window.limit.nusd && !call.price_known) {
      add(refused_unpriced(window, call));
    } else if (window.limit.nusd) {
      ask({.window = window,
           .limit = *window.limit.nusd,
           .settled = window.settled.nusd,
           .unknown = window.unknown.nusd,
           .reserved = window.reserved.nusd,
           .needed = call.bound,
           .money = true});
    }
    if (window.limit.tokens) {
      ask({.window = window,
           .limit = *window.limit.tokens,
           .settled = window.settled.tokens,
           .unknown = window.unknown.tokens,
           .reserved = window.reserved.tokens,
           .needed = call.input_tokens_max + call.output_tokens_max,
           .money = false});
    }
  }
  return found;
}

void reserve(Database& database, const std::vector<LedgerWindow>& windows, std::int64_t call,
             const Amount& bound) {
  for (const LedgerWindow& window : windows) {
    database
        .statement(
            "INSERT INTO budget_windows (budget, start, reserved_nusd, reserved_tokens, "
            "ceiling_nusd, ceiling_tokens) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE "
            "SET reserved_nusd = reserved_nusd + excluded.reserved_nusd, "
            "reserved_tokens = reserved_tokens + excluded.reserved_tokens, "
            "ceiling_nusd = excluded.ceiling_nusd, ceiling_tokens = excluded.ceiling_tokens")
        .bind(window.budget, window.start, bound.nusd, bound.tokens, window.limit.nusd,
              window.limit.tokens)
        .run();
    database.statement("INSERT INTO reservations (call, budget, start) VALUES (?1, ?2, ?3)")
        .bind(call, window.budget, window.start)
        .run();
  }
}

void move_entry(Database& database, std::int64_t call, Entry from, Entry to, const Amount& bound,
                const Amount& charged) {
  const auto part = [&](Entry entry) {
    // What the entry gains: the bound leaves `from`, and the charge (or the bound) arrives at `to`.
    Amount gain;
    if (entry == from) gain = {-bound.nusd, -bound.tokens};
    if (entry == to) {
      gain.nusd += entry == Entry::settled ? charged.nusd : bound.nusd;
      gain.tokens += entry == Entry::settled ? charged.tokens : bound.tokens;
    }
    return gain;
  };
  const Amount reserved = part(Entry::reserved);
  const Amount unknown = part(Entry::unknown);
  const Amount settled = part(Entry::settled);
  Amount overrun;
  if (to == Entry::settled) {
    overrun.nusd = std::max<Nusd>(0, charged.nusd - bound.nusd);
    overrun.tokens = std::max<std::int64_t>(0, charged.tokens - bound.tokens);
  }
  database
      .statement(
          "UPDATE budget_windows SET reserved_nusd = reserved_nusd + ?2, "
          "reserved_tokens = reserved_tokens + ?3, unknown_nusd = unknown_nusd + ?4, "
          "unknown_tokens = unknown_tokens + ?5, settled_nusd = settled_nusd + ?6, "
          "settled_tokens = settled_tokens + ?7, overrun_nusd = overrun_nusd + ?8, "
          "overrun_tokens = overrun_tokens + ?9 FROM reservations AS r WHERE r.call = ?1 "
          "AND budget_windows.budget = r.budget AND budget_windows.start = r.start")
      .bind(call, reserved.nusd, reserved.tokens, unknown.nusd, unknown.tokens, settled.nusd,
            settled.tokens, overrun.nusd, overrun.tokens)
      .run();
}

}  // namespace docwright::store
