// Routes: named lists of models, and which of them is asked about what. config/etc/routes.yaml,
// extended by the configuration's `routes`.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/shipped.h"
#include "config/spec.h"
#include "providers/models.h"

namespace docwright::pipeline {

// What a target is asked about: what meets all of them.
struct Conditions {
  std::int64_t tokens_max = 0;          // of the prompt; 0: any
  std::vector<std::string> kinds;       // of every definition that is asked about; empty: any
  std::vector<std::string> visibility;  // likewise
};

struct Target {
  std::string model;  // name or alias
  int weight = 1;     // its share, where the order is weight
  Conditions conditions;
};

struct Route {
  // listed: as they stand. weight: each first in its share of the questions. latency: the fastest
  // of late. price: the one that can cost least for the question.
  enum class Order { listed, weight, latency, price };

  std::string name;  // empty: no catalogue has it
  Order order = Order::listed;
  std::vector<Target> targets;  // never empty
};

// Immutable after load; any thread.
class Routes final {
 public:
  // Files of the form of routes.yaml, then the configuration's mapping of the same form (a null
  // node: none). A later route of the same name replaces the earlier one. Errors carry
  // file:line:column, all of them at once.
  static Result<Routes> parse(const std::vector<config::NamedText>& texts,
                              const providers::Models& models, const config::Node& further = {});
  // The shipped ones and what the configuration adds.
  static Result<Routes> shipped(const providers::Models& models, const config::Node& further = {});

  const Route* find(std::string_view name) const;  // nullptr if there is none
  const std::map<std::string, Route, std::less<>>& all() const { return routes_; }

 private:
  std::map<std::string, Route, std::less<>> routes_;
};

std::string_view name(Route::Order order);

// What a pipeline, a submit or the configuration may name: a model or a route, or several models in
// the order in which they are asked. unknown_model, with the nearest name, where there is no such.
Result<Route> route_of(std::span<const std::string> names, const providers::Models& models,
                       const Routes& routes);
// An error where none of its targets can be asked now: the first one's (Models::usable()).
Result<void> usable(const Route& route, const providers::Models& models, Time now);
// A sentence for each of its models that retires soon, or has (Model::retires_soon()).
std::vector<std::string> retiring(const Route& route, const providers::Models& models, Time now);
// Why a parameter can be sent to none of its models; empty: one takes it, and the others are asked
// without it.
std::string parameter_refusal(const Route& route, const providers::Models& models,
                              const providers::Registry& providers, std::string_view parameter,
                              const Json& value);
// Why these cannot be sent together, over the defaults of its models, to any of them; empty: they
// can. An answer limit is lowered to what each model writes; 0: not known.
std::string parameter_conflict(const Route& route, const providers::Models& models,
                               const Json& parameters, std::int64_t answer_tokens_max = 0);
// Everything that may be named.
std::vector<std::string_view> model_and_route_names(const providers::Models& models,
                                                    const Routes& routes);

// What a route can say: for the reference page and JSON Schema.
const config::SpecBase& route_spec();
const config::SpecBase& target_spec();

}  // namespace docwright::pipeline
