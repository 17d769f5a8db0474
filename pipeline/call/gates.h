// What must not be asked now: after a 429 everybody who asks the same waits, not only the one that
// was told.
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

  // The gates before one call, by whom they concern. No key itself is in them.
  struct Way {
    std::string target;  // this model at this address
    std::string limits;  // all who share its limits, whatever their key: its quota group
    std::string quota;   // this model with this key
    std::string key;     // this key, whatever the model; empty: none is sent
  };
  static Way way(const providers::Model& model, const providers::Endpoint& endpoint);

  // What an error says about others: a rate limit, a quota that is used up, a key that is refused.
  // Other errors shut nothing. A shut gate never opens earlier than it would have. `put_off`: how
  // often before, in a row.
  void learn(const Way& way, const providers::CallError& error, int put_off, Time now,
             Random& random);
  // Which is shut for longest; nothing where one may ask.
  std::optional<Closed> closed(const Way& way, Time now);

 private:
  void shut(const std::string& gate, Closed closed);

  std::map<std::string, Closed> closed_;
};

// "(rate_limit, HTTP 429): slow down"
std::string said(const providers::CallError& error);

// How long to wait after an error: the provider's hint and a little more, so that not all come at
// once, else full jitter. `attempt` counts from 0.
Duration retry_delay(const providers::CallError& error, int attempt, Random& random);

}  // namespace docwright::pipeline
