// The catalogue of models: limits, prices, dialects; config/etc/models.yaml, extended by the
// configuration's `models`.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/secret_ref.h"
#include "config/settings.h"
#include "config/spec.h"
#include "providers/provider.h"
#include "runtime/clock.h"
#include "runtime/error.h"
#include "tokens/money.h"

namespace docwright::providers {

struct PricesFrom {
  Time from = Time::min();
  Prices prices;
};

struct Model {
  std::string
      name;  // as clients say it: "gpt-5.4-mini", "offline", or "local/qwen" from the configuration
  std::string provider;  // name in the registry
  std::string api_name;  // as the provider says it
  std::vector<std::string> aliases;
  std::int64_t window_tokens = 0;      // prompt + answer
  std::int64_t input_tokens_max = 0;   // of the prompt alone; 0: whatever the window leaves
  std::int64_t output_tokens_max = 0;  // the largest answer limit that may be asked for
  bool reasoning = false;              // spends answer tokens on thinking
  std::vector<PricesFrom> price_list;  // by time, the first from ever; empty: unknown
  std::optional<Time> prices_as_of;    // when they were looked up; absent: nobody said
  std::optional<Time> retires;         // from then on its provider does not serve it
  std::string replaced_by;             // empty: nobody said
  std::string quota_group;  // models of one provider and account with the same word share its
                            // limits; empty: by itself
  std::string base_url;     // normalised; not empty: this model has a server of its own
  config::SecretRef key;    // for that server, or instead of the provider's
  std::map<std::string, std::string> headers;  // further ones for that server
  Dialect dialect;
  Json parameters = Json::object();             // defaults sent with each question
  std::vector<std::string> parameters_refused;  // places that the model rejects: an error at lint
  std::vector<std::vector<std::string>> parameters_exclusive;  // places, one of each list at most
  std::vector<std::string> parameters_below_limit;  // places of numbers below the answer limit
  std::map<std::string, std::vector<std::string>> parameter_words;    // all that each may be
  std::map<std::string, std::pair<double, double>> parameter_ranges;  // least and largest
  Json entry;  // every option as its entries say it, secrets as references: for people

  // Those in force; nullptr: unknown. A call takes them once, for its bound and its charge.
  const Prices* prices_at(Time now) const;
  bool retired(Time now) const { return retires && now >= *retires; }
  // In less than 30 days, or already.
  bool retires_soon(Time now) const;
  // "the model 'a' retires on 2026-10-23: use 'b'"; empty where no end is known.
  std::string retirement(Time now) const;
};

// Immutable after load; any thread.
class Models final {
 public:
  // A text with the name that errors give it.
  using NamedText = std::pair<std::string, std::string>;
  using Unpriced = config::Settings::UnpricedModels;

  // Files of the form of models.yaml, then the configuration's mapping of models (a null node:
  // none). A later entry of the same name changes what it names and keeps the rest; prices that it
  // names replace the dated changes before it. Errors carry file:line:column, all of them at once.
  static Result<Models> parse(const std::vector<NamedText>& texts, const Registry& providers,
                              const config::Node& further = {},
                              Unpriced unpriced = Unpriced::refuse);
  // The shipped catalogue and what the configuration adds.
  static Result<Models> shipped(const Registry& providers, const config::Node& further = {},
                                Unpriced unpriced = Unpriced::refuse);

  // By name or alias; nullptr if there is none.
  const Model* find(std::string_view name) const;
  // The same, or Code::unknown_model with the nearest name.
  Result<const Model*> get(std::string_view name) const;
  // The same, if it can be asked now: not one that has retired, nor one whose price nobody knows
  // (configuration) unless that is allowed. The message says what to do.
  Result<const Model*> usable(std::string_view name, Time now) const;
  // What is meant where the provider alone is named; nullptr: nobody said.
  const Model* default_of(std::string_view provider) const;
  // Whose prices were looked up more than 60 days ago: a sentence for each provider and day.
  std::vector<std::string> old_prices(Time now) const;
  std::vector<const Model*> all() const;        // by name
  std::vector<std::string_view> names() const;  // aliases included

 private:
  std::map<std::string, Model, std::less<>> models_;
  std::map<std::string, std::string, std::less<>> aliases_;
  std::map<std::string, std::string, std::less<>> default_of_;  // by provider
  Unpriced unpriced_ = Unpriced::refuse;
};

// What an entry of models.yaml can say: for the reference page and JSON Schema.
const config::SpecBase& model_spec();

}  // namespace docwright::providers
