// Decides what becomes of one request to a simulated server: key, limits, faults, then an answer;
// records and prices it. No I/O but the ledger's.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "providers/models.h"
#include "providers/simulator/api.h"
#include "providers/simulator/delivery.h"
#include "providers/simulator/fault_picker.h"
#include "providers/simulator/ledger.h"
#include "providers/simulator/limits.h"
#include "providers/simulator/prefix_cache.h"
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

struct Arrival {
  std::string_view path, query, body;
  Headers headers;             // names in lower case
  std::int64_t in_flight = 1;  // this one included
  Time time{};
  Moment moment{};
};

// One thread.
class Desk final {
 public:
  // `models` gives prices and windows by the provider's own names; a model that it does not know is
  // free and boundless. The ledger outlives the desk.
  Desk(std::string name, Server server, std::int64_t seed, const Models& models,
       std::vector<Spoken> spoken, Ledger& ledger);

  // None where no format takes this path.
  std::optional<Delivery> post(const Arrival& arrival);
  // A list of models; none where no format has one at this path.
  std::optional<Delivery> get(const Arrival& arrival) const;
  const Ledger& ledger() const { return ledger_; }
  // Whoever asked for a delivery that costs this much left before its end.
  void deserted(Nusd cost) { ledger_.lose(cost); }

 private:
  struct Case;  // one request on its way through

  std::optional<CallError> refusal(Case& at);
  std::optional<CallError> read_question(Case& at);
  std::optional<CallError> refusal_by_fault(const Case& at) const;
  std::int64_t charged_tokens(const Case& at) const;  // to the limits
  Delivery refuse(Case& at, const CallError& error);
  void charge(Case& at, const Usage& usage) const;
  Delivery serve(Case& at);
  void add_cached(const Case& at, Usage& usage);
  const Model* model_of(const Spoken& spoken, std::string_view api_name) const;
  const Prices* prices_of(const Case& at) const;

  const std::string name_;
  const Server server_;
  const std::uint64_t seed_;
  std::unordered_map<std::string, Model> models_;  // by provider and api_name, see place()
  const std::vector<Spoken> spoken_;
  Ledger& ledger_;
  Limits limits_;
  FaultPicker faults_;
  PrefixCache cache_;
  std::unordered_map<std::uint64_t, std::uint64_t> times_;  // how often each question was asked
};

}  // namespace docwright::providers::simulator
