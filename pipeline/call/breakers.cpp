#include "pipeline/call/breakers.h"

#include <algorithm>

namespace docwright::pipeline {
namespace {

using providers::ErrorClass;

// Failures in a row that open a breaker: more than one question can have by itself.
constexpr int kFailures = 20;
constexpr Duration kOpen = std::chrono::seconds(15);  // twice as long after each probe that fails
constexpr Duration kOpenMax = std::chrono::minutes(5);
// While a probe is out: when the others look again.
constexpr Duration kProbeTime = std::chrono::seconds(5);

bool is_failure(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::overloaded:
    case ErrorClass::server:
    case ErrorClass::timeout:
    case ErrorClass::connect:
    case ErrorClass::network:
    case ErrorClass::truncated:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<Time> Breakers::open(const std::string& target, Time now) const {
  const auto found = breakers_.find(target);
  if (found == breakers_.end() || !found->second.tripped()) return std::nullopt;
  if (now < found->second.until) return found->second.until;
  if (found->second.probing) return now + kProbeTime;
  return std::nullopt;
}

Breakers::Entry Breakers::enter(const std::string& target, Time now) {
  const auto found = breakers_.find(target);
  if (found == breakers_.end() || !found->second.tripped()) return Entry::normal;
  if (open(target, now)) return Entry::refused;
  found->second.probing = true;
  return Entry::probe;
}

Breakers::Change Breakers::learn(const std::string& target, Entry entry,
                                 const std::optional<ErrorClass>& error, Time now) {
  const auto found = breakers_.find(target);
  if (!error || !is_failure(*error)) {
    if (found == breakers_.end()) return Change::none;
    const bool was_open = found->second.tripped();
    breakers_.erase(found);
    return was_open ? Change::closed : Change::none;
  }
  Breaker& breaker = found == breakers_.end() ? breakers_[target] : found->second;
  // What went out before it opened says nothing new.
  if (breaker.tripped() && entry != Entry::probe) return Change::none;
  breaker.probing = false;
  if (++breaker.failures < kFailures) return Change::none;
  breaker.until = now + std::min(kOpenMax, kOpen * (1 << std::min(breaker.trips, 10)));
  ++breaker.trips;
  return breaker.trips == 1 ? Change::opened : Change::none;
}

void Breakers::leave(const std::string& target, Entry entry) {
  if (entry != Entry::probe) return;
  if (const auto found = breakers_.find(target); found != breakers_.end())
    found->second.probing = false;
}

}  // namespace docwright::pipeline
