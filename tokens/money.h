// Money in integer nano-dollars (nUSD, 1e-9 USD), rounded up; never a floating-point number.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/error.h"

namespace docwright {

using Nusd = std::int64_t;  // up to 9.2 billion dollars

// "2USD", "0.50USD", "$2"; at most 9 decimals; not negative. The unit is required.
Result<Nusd> parse_money(std::string_view text);
// "0.50 USD": at least two decimals, no trailing zeros beyond them.
std::string money_text(Nusd amount);

// Prices per one million tokens, in nUSD (so 2.50 USD per 1M = 2'500'000'000).
struct Prices {
  Nusd input = 0;
  Nusd input_cached = 0;          // at most input
  Nusd input_cache_write = 0;     // kept for minutes; 0: writing is free (billed as input)
  Nusd input_cache_write_1h = 0;  // kept for an hour; 0: as input_cache_write
  Nusd output = 0;
  // Requests with more input tokens than this are billed wholly at the multiplied prices; 0: no
  // such tier.
  std::int64_t long_context_over_tokens = 0;
  int long_context_input_percent = 100;
  int long_context_output_percent = 100;
  // Of all prices, where questions are handed in as a batch, which docwright does not do: for
  // comparing only.
  int batch_percent = 100;

  bool operator==(const Prices&) const = default;
};

struct Usage {
  std::int64_t input = 0;  // all of it, cached and cache-writing tokens included
  std::int64_t input_cached = 0;
  std::int64_t input_cache_write = 0;
  std::int64_t output = 0;                // reasoning included
  std::int64_t reasoning = 0;             // part of output
  std::int64_t input_cache_write_1h = 0;  // part of input_cache_write

  bool operator==(const Usage&) const = default;
};

// What a request with this usage costs: exact integer arithmetic, rounded up once at the end.
Nusd cost(const Prices& prices, const Usage& usage);
// The most that a request can cost with at most these tokens: the highest price that can apply to
// each, which for input is that of writing it to the cache.
Nusd cost_bound(const Prices& prices, std::int64_t input_tokens_max,
                std::int64_t output_tokens_max);

}  // namespace docwright
