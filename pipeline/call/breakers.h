// Circuit breakers: a target that only fails is left alone for a while; then one question, real
// traffic and no more, tries it, and its outcome decides for all.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "providers/answer.h"
#include "runtime/clock.h"

namespace docwright::pipeline {

// Loop thread only. Holds one entry for each target that has failed since it last answered.
class Breakers final {
 public:
  // Until when nobody asks the target; nothing where one may.
  std::optional<Time> open(const std::string& target, Time now) const;

  // The bytes are about to go out. `probe`: this one question decides; its outcome must be learned.
  enum class Entry { refused, normal, probe };
  Entry enter(const std::string& target, Time now);

  // What became of it. An error that the target answered (its limits, a refused request) is a sign
  // of life.
  enum class Change { none, opened, closed };
  Change learn(const std::string& target, Entry entry,
               const std::optional<providers::ErrorClass>& error, Time now);
  // It was not sent after all, or ended without saying anything of the target.
  void leave(const std::string& target, Entry entry);

 private:
  struct Breaker {
    int failures = 0;  // in a row
    int trips = 0;     // in a row
    Time until{};      // of the latest trip
    bool probing = false;
    bool tripped() const { return trips > 0; }
  };
  std::map<std::string, Breaker> breakers_;
};

}  // namespace docwright::pipeline
