// What must not be asked now: after a 429 everybody who asks the same model with the same key
// waits, not only the one that was told.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "providers/models.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace docwright::pipeline {

// Loop thread only. Bounded: gates whose time has passed are forgotten.
class Gates final {
 public:
  struct Closed {
    Time until{};
    providers::ErrorClass error_class = providers::ErrorClass::rate_limit;
    std::string message;  // what the provider said
  };

  // One for each provider, address, key and model. The key itself is not kept.
  static std::string key_of(const providers::Model& model, const providers::Endpoint& endpoint);

  // Never opens earlier than it would have.
  void close(const std::string& gate, Closed closed);
  // Nothing where one may ask.
  std::optional<Closed> closed(const std::string& gate, Time now);
  // An answer came: whatever closed the gate is over.
  void open(const std::string& gate) { closed_.erase(gate); }

 private:
  std::map<std::string, Closed> closed_;
};

// How long to wait after an error: the provider's hint and a little more, so that not all come at
// once, else full jitter. `attempt` counts from 0.
Duration retry_delay(const providers::CallError& error, int attempt, Random& random);

}  // namespace docwright::pipeline
