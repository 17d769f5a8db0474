// How many tokens a call will take from its provider's limits, as far as one can know before.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "providers/limit_rules.h"
#include "runtime/clock.h"
#include "tokens/money.h"

namespace docwright::pipeline {

struct Demand {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t tokens = 0;  // what a limit of both together is charged

  bool operator==(const Demand&) const = default;
};

// Learns from every answer. Where the provider charges what is used, it is the mean and twice the
// mean deviation (as TCP expects its round trips): what was reserved too much comes back, what was
// reserved too little has others refused. Where it charges what was requested, that is known.
//
// One owner, one thread. Bounded.
class Demands final {
 public:
  // What a question says of its own size: proven bounds.
  struct Bounds {
    std::int64_t input = 0, output = 0;
  };

  Demand expected(const std::string& model, const std::string& step, Bounds bounds,
                  const providers::LimitRules& rules) const;
  void learn(const std::string& model, const std::string& step, Bounds bounds, const Usage& usage,
             const providers::LimitRules& rules);

 private:
  class Mean {
   public:
    void learn(double value);
    double expected() const { return mean_ + 2 * deviation_; }

   private:
    double mean_ = 0, deviation_ = 0;
    bool first_ = true;
  };
  struct Known {
    Mean input_share;  // of the bound
    Mean output;
  };
  std::map<std::pair<std::string, std::string>, Known> known_;  // by model and step
};

// What the call has taken in the end, where it was expected to take `expected`.
Demand taken(const Demand& expected, const Usage& usage, const providers::LimitRules& rules);

// Calls to one model, about the same time, before this start of the daemon.
struct PastCalls {
  std::string provider, model, quota_group;
  Time at{};
  std::int64_t requests = 0;
  Usage usage;              // as answers said it
  std::int64_t bound = 0;   // prompt bounds and answer limits of these
  std::int64_t unsaid = 0;  // of others, of which no answer has spoken
};
// What they have taken, roughly: expectations are not kept.
Demand taken(const PastCalls& calls, const providers::LimitRules& rules);

}  // namespace docwright::pipeline
