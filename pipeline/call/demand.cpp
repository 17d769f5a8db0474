#include "pipeline/call/demand.h"

#include <algorithm>
#include <cmath>

namespace docwright::pipeline {
namespace {

using providers::LimitRules;
using providers::TokensCharged;

constexpr std::size_t kKnownMax = 10'000;
// Of code and prose a token is about three bytes, and bytes are what bounds a prompt.
constexpr double kFirstInputShare = 1.0 / 3;

std::int64_t counted_input(const Usage& usage, const LimitRules& rules) {
  return rules.cached_input_counts ? usage.input
                                   : std::max<std::int64_t>(usage.input - usage.input_cached, 0);
}

std::int64_t within(double value, std::int64_t most) {
  const auto tokens = static_cast<std::int64_t>(
      std::ceil(std::clamp(value, 0.0, static_cast<double>(std::max<std::int64_t>(most, 0)))));
  return std::min(tokens, most);
}

}  // namespace

// As RFC 6298 smooths round trips.
void Demands::Mean::learn(double value) {
  if (first_) {
    mean_ = value;
    deviation_ = value / 2;
    first_ = false;
    return;
  }
  deviation_ += (std::abs(value - mean_) - deviation_) / 4;
  mean_ += (value - mean_) / 8;
}

Demand Demands::expected(const std::string& model, const std::string& step, Bounds bounds,
                         const LimitRules& rules) const {
  const auto found = known_.find({model, step});
  const Known* known = found == known_.end() ? nullptr : &found->second;
  Demand demand;
  const double share = known == nullptr ? kFirstInputShare : known->input_share.expected();
  demand.input = within(static_cast<double>(bounds.input) * share, bounds.input);
  demand.output = bounds.output;
  switch (rules.charged) {
    case TokensCharged::used:
      if (known != nullptr) demand.output = within(known->output.expected(), bounds.output);
      demand.tokens = demand.input + demand.output;
      break;
    case TokensCharged::requested:
      demand.tokens = demand.input + demand.output;
      break;
    case TokensCharged::larger:
      demand.tokens = std::max(demand.input, demand.output);
      break;
  }
  return demand;
}

void Demands::learn(const std::string& model, const std::string& step, Bounds bounds,
                    const Usage& usage, const LimitRules& rules) {
  if (known_.size() >= kKnownMax) known_.clear();
  Known& known = known_[{model, step}];
  if (bounds.input > 0) {
    known.input_share.learn(static_cast<double>(counted_input(usage, rules)) /
                            static_cast<double>(bounds.input));
  }
  known.output.learn(static_cast<double>(usage.output));
}

Demand taken(const Demand& expected, const Usage& usage, const LimitRules& rules) {
  if (rules.charged != TokensCharged::used) return expected;
  const std::int64_t input = counted_input(usage, rules);
  return {input, usage.output, input + usage.output};
}

// What is left of a bound without its prompt is the answer limit.
Demand taken(const PastCalls& calls, const LimitRules& rules) {
  const auto of_bound = [](std::int64_t bound) {
    return within(static_cast<double>(bound) * kFirstInputShare, bound);
  };
  const std::int64_t input = counted_input(calls.usage, rules) + of_bound(calls.unsaid);
  if (rules.charged == TokensCharged::used)
    return {input, calls.usage.output, input + calls.usage.output};
  const auto prompts =
      static_cast<std::int64_t>(static_cast<double>(calls.usage.input) / kFirstInputShare);
  const std::int64_t output = std::max(calls.usage.output, calls.bound - prompts);
  const bool both = rules.charged == TokensCharged::requested;
  return {input, output, both ? input + output : std::max(input, output)};
}

}  // namespace docwright::pipeline
