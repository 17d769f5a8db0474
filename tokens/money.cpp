#include "tokens/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "runtime/text.h"

namespace docwright {
namespace {

constexpr Nusd kNusdPerUsd = 1'000'000'000;
constexpr int kDecimals = 9;
constexpr Nusd kMax = std::numeric_limits<Nusd>::max();

// Wide enough for tokens * price * percent: 2^63 * 2^63 would fill it, so factors are clamped where
// they come in.
__extension__ using Wide = __int128;

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(Code::invalid_request,
              fmt::format("'{}' is not an amount of money: {}, such as 2USD or 0.50USD",
                          to_valid_utf8(text.substr(0, 64)), why));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "12.5" -> 12'500'000'000. Nothing where it is no such number or does not fit.
std::optional<Nusd> parse_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || !std::ranges::all_of(whole, is_digit) ||
      !std::ranges::all_of(fraction, is_digit))
    return {};
  if (fraction.size() > kDecimals || (point != std::string_view::npos && fraction.empty()))
    return {};
  Wide amount = 0;
  for (const char c : whole) {
    amount = amount * 10 + (c - '0');
    if (amount > kMax) return {};
  }
  for (std::size_t i = 0; i < kDecimals; ++i)
    amount = amount * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  if (amount > kMax) return {};
  return static_cast<Nusd>(amount);
}

// A provider's numbers are not trusted: parts are within the whole, nothing is negative.
Usage sane(const Usage& usage) {
  Usage result;
  result.input = std::max<std::int64_t>(usage.input, 0);
  result.input_cached = std::clamp<std::int64_t>(usage.input_cached, 0, result.input);
  result.input_cache_write =
      std::clamp<std::int64_t>(usage.input_cache_write, 0, result.input - result.input_cached);
  result.input_cache_write_1h =
      std::clamp<std::int64_t>(usage.input_cache_write_1h, 0, result.input_cache_write);
  result.output = std::max<std::int64_t>(usage.output, 0);
  return result;
}

// `amount` is in nUSD per million tokens times percent. One rounding, upwards.
Nusd round_up(Wide amount) {
  constexpr Wide kUnit = Wide{1'000'000} * 100;
  const Wide rounded = (amount + kUnit - 1) / kUnit;
  return rounded > kMax ? kMax : static_cast<Nusd>(rounded);
}

Nusd write_price(const Prices& prices) {
  return prices.input_cache_write > 0 ? prices.input_cache_write : prices.input;
}

Nusd write_price_1h(const Prices& prices) {
  return prices.input_cache_write_1h > 0 ? prices.input_cache_write_1h : write_price(prices);
}

bool is_long(const Prices& prices, std::int64_t input_tokens) {
  return prices.long_context_over_tokens > 0 && input_tokens > prices.long_context_over_tokens;
}

}  // namespace

Result<Nusd> parse_money(std::string_view text) {
  std::string_view number = text;
  if (number.starts_with('$')) {
    number.remove_prefix(1);
  } else if (number.ends_with("USD")) {
    number.remove_suffix(3);
    if (number.ends_with(' ')) number.remove_suffix(1);
  } else {
    return bad(text, "expected a number with its unit");
  }
  const std::optional<Nusd> amount = parse_decimal(number);
  if (!amount) return bad(text, "expected digits with at most 9 decimals, below 9.2 billion");
  return *amount;
}

std::string money_text(Nusd amount) {
  const bool negative = amount < 0;
  // The smallest number has no positive counterpart, so the sign is taken off unsigned.
  const std::uint64_t size =
      negative ? 0 - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
  std::string text =
      fmt::format("{}{}.{:09}", negative ? "-" : "", size / kNusdPerUsd, size % kNusdPerUsd);
  const std::size_t two_decimals = text.size() - (kDecimals - 2);
  while (text.size() > two_decimals && text.ends_with('0')) text.pop_back();
  return text + " USD";
}

Nusd cost(const Prices& prices, const Usage& reported) {
  const Usage usage = sane(reported);
  const bool tier = is_long(prices, usage.input);
  const std::int64_t plain = usage.input - usage.input_cached - usage.input_cache_write;
  const std::int64_t short_write = usage.input_cache_write - usage.input_cache_write_1h;
  const Wide input = Wide{plain} * prices.input + Wide{usage.input_cached} * prices.input_cached +
                     Wide{short_write} * write_price(prices) +
                     Wide{usage.input_cache_write_1h} * write_price_1h(prices);
  const Wide output = Wide{usage.output} * prices.output;
  return round_up(input * (tier ? prices.long_context_input_percent : 100) +
                  output * (tier ? prices.long_context_output_percent : 100));
}

Nusd cost_bound(const Prices& prices, std::int64_t input_tokens_max,
                std::int64_t output_tokens_max) {
  const bool tier = is_long(prices, input_tokens_max);
  const Nusd input_price =
      std::max({prices.input, prices.input_cached, write_price(prices), write_price_1h(prices)});
  const Wide input = Wide{std::max<std::int64_t>(input_tokens_max, 0)} * input_price;
  const Wide output = Wide{std::max<std::int64_t>(output_tokens_max, 0)} * prices.output;
  // A request of fewer tokens may stay under the tier, so that a discount never lowers the bound.
  return round_up(input * (tier ? std::max(prices.long_context_input_percent, 100) : 100) +
                  output * (tier ? std::max(prices.long_context_output_percent, 100) : 100));
}

}  // namespace docwright
