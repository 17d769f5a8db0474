// Decides what becomes of one simulated request: limits, then faults, then an answer; records and
// prices it. No I/O but the ledger's.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "providers/models.h"
#include "providers/simulator/api.h"
#include "providers/simulator/ledger.h"
#include "providers/simulator/options.h"

namespace docwright::providers::simulator {

enum class Delivery { whole, cut_before, cut_body, silent };

struct Decision {
  Rendered reply;
  Delivery delivery = Delivery::whole;
};

struct Arrival {
  std::string_view path, query, body;
  Headers headers;
  std::string traceparent, request_id;
  std::int64_t in_flight = 1;  // this one included
  Time time{};
  Moment moment{};
};

// One thread.
class Desk final {
 public:
  // `models` gives prices and windows by the provider's own names; a model that it does not know is
  // free and boundless.
  Desk(Options options, const Models& models, std::vector<Spoken> spoken);

  // None where no format takes this path.
  std::optional<Decision> post(const Arrival& arrival);
  Rendered models() const;
  const Ledger& ledger() const { return ledger_; }

 private:
  struct Limit {
    double tokens = 0;
    Moment filled{};
  };

  std::optional<CallError> over_limit(const Arrival& arrival);
  std::optional<CallError> impossible(const Asked& asked, const Usage& usage) const;
  const Fault* fault_for(const std::string& question);
  std::optional<CallError> refusal_of(FaultKind kind, const Asked& asked) const;
  Answer answer_of(const Asked& asked, const std::string& question, const Fault* fault) const;
  const Model* model_of(std::string_view api_name) const;

  const Options options_;
  std::unordered_map<std::string, Model> models_;  // by api_name
  const std::vector<Spoken> spoken_;
  Ledger ledger_;
  Limit limit_;
  std::vector<std::uint64_t> counted_;  // requests that each fault has seen
};

// The rule by which tokens are counted: four bytes each, rounded up; never more than their bytes,
// so any proven bound holds.
std::int64_t simulated_tokens(std::int64_t bytes);

}  // namespace docwright::providers::simulator
