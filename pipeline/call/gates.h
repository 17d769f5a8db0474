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
    std::string message;  // what the provider said, in words
  };

  // One for each provider, address, key and model. The key itself is not kept.
  static std::string key_of(const providers::Model& model, const providers::Endpoint& endpoint);

  // What an error says about all who ask alike: a rate limit, a quota that is used up, a key that
  // is refused. Other errors shut nothing. A shut gate never opens earlier than it would have.
  // `put_off`: how often before, in a row.
  enum class Key { none, given };
  void learn(const std::string& gate, const providers::CallError& error, Key key, int put_off,
             Time now, Random& random);
  // Nothing where one may ask.
  std::optional<Closed> closed(const std::string& gate, Time now);

 private:
  std::map<std::string, Closed> closed_;
};

// "(rate_limit, HTTP 429): slow down"
std::string said(const providers::CallError& error);

// How long to wait after an error: the provider's hint and a little more, so that not all come at
// once, else full jitter. `attempt` counts from 0.
Duration retry_delay(const providers::CallError& error, int attempt, Random& random);

}  // namespace docwright::pipeline
