// A simulated provider's limits: buckets for a minute, counters for a day. Pure; time is given.
//
// Not docwright's own buckets (tokens/rate_bucket.h): the two should agree because both are right.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "providers/simulator/api.h"
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

// One thread.
class Limits final {
 public:
  struct Request {
    std::string scope;  // what has buckets of its own; empty: all share
    std::int64_t tokens = 0;
    std::int64_t in_flight = 1;  // this one included
    Time time{};
    Moment moment{};
  };

  explicit Limits(LimitOptions options) : options_(options) {}
  // Takes what the request needs, or nothing and says what has run out and when it will do.
  std::optional<CallError> take(const Request& request);
  // As it stands after the last take() of this scope.
  LimitState state(const Request& request);

 private:
  // Filled continuously, full at the start.
  struct Bucket {
    double left = 0;
    std::optional<Moment> filled;
  };
  struct Scope {
    Bucket requests, tokens;
    std::int64_t day = 0, requests_today = 0, tokens_today = 0;
  };

  Scope& fill(const Request& request);
  double capacity(std::int64_t per_minute) const;

  const LimitOptions options_;
  std::map<std::string, Scope, std::less<>> scopes_;
};

}  // namespace docwright::providers::simulator
