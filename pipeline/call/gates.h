// What must not be asked for a long time: where a quota is used up or a key is refused, nobody asks
// alike. (Rate limits are the quota group's.)
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
    providers::ErrorClass error_class = providers::ErrorClass::quota;
    std::string message;  // what the provider said, in words
  };

  // The gates before one call, by whom they concern. No key itself is in them.
  struct Way {
    std::string target;  // this model at this address
    std::string quota;   // this model with this key
    std::string key;     // this key, whatever the model; empty: none is sent
  };
  static Way way(const providers::Model& model, const providers::Endpoint& endpoint);

  // What an error says about others: a quota that is used up, a key that is refused. Other errors
  // shut nothing. A shut gate never opens earlier than it would have.
  void learn(const Way& way, const providers::CallError& error, Time now);
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
