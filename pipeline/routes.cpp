#include "pipeline/routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "outline/outline.h"
#include "providers/parameters.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using config::group;
using config::Node;
using config::option;
using config::Reading;
using config::Spec;
using config::word;

constexpr std::size_t kTargetsMax = 16;

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(outline::Kind::variable); ++kind)
    names.push_back(outline::name(static_cast<outline::Kind>(kind)));
  return names;
}

std::string words_rule(const std::vector<std::string>& given,
                       const std::vector<std::string_view>& known) {
  for (const std::string& each : given) {
    if (std::ranges::find(known, each) == known.end()) {
      return fmt::format("expected some of {}; got '{}'{}", fmt::join(known, ", "), each,
                         did_you_mean(each, known));
    }
  }
  return {};
}

const Spec<Conditions>& conditions_spec() {
  using C = Conditions;
  static const Spec<C> spec(
      "What the target is asked about; all that is given must hold.",
      {
          option("tokens_max", &C::tokens_max)
              .range(0, 1e9)
              .unit("tokens")
              .about("Prompts of at most so many tokens, by their upper bound; 0: any."),
          option("kinds", &C::kinds)
              .check([](const auto& kinds) { return words_rule(kinds, kind_names()); })
              .about("Kinds of definitions; one of another kind in the chunk leaves the target "
                     "out. Default: all."),
          option("visibility", &C::visibility)
              .check([](const auto& given) {
                return words_rule(given, {"public", "protected", "private", "unknown"});
              })
              .about("public, protected, private or unknown, likewise. Default: all."),
      });
  return spec;
}

const Spec<Target>& typed_target_spec() {
  using T = Target;
  static const Spec<T> spec(
      "A target of a route: a model, by its name alone or with these options.",
      {
          option("model", &T::model)
              .required()
              .range(1, 200)
              .about("The model, as `docwright model list` names it."),
          option("weight", &T::weight)
              .range(1, 1'000'000)
              .about("Its share of the questions, where the order is weight."),
          group("for", &T::conditions, conditions_spec()),
      });
  return spec;
}

// A route as it is written: a target may be a name alone.
struct RouteEntry {
  Route::Order order = Route::Order::listed;
  Node targets;
};

const Spec<RouteEntry>& typed_route_spec() {
  using R = RouteEntry;
  using Order = Route::Order;
  const auto order = [](Order each) { return std::pair(std::string(name(each)), each); };
  static const Spec<R> spec(
      "A route: models of which the first that can answer does.",
      {
          word<R, Order>("order", &R::order,
                         {order(Order::listed), order(Order::weight), order(Order::latency),
                          order(Order::price)})
              .about("Who is asked first: as listed; each in its share; the fastest of late; the "
                     "one that can cost least."),
          option("targets", &R::targets)
              .required()
              .about("The models, each by its name or as a mapping of the options below."),
      });
  return spec;
}

// Reads one mapping of routes.
class RouteReader final {
 public:
  RouteReader(const providers::Models& models, Reading& reading)
      : models_(models), reading_(reading) {}

  void read(const Node& table, std::map<std::string, Route, std::less<>>& routes) {
    if (table.kind == Node::Kind::null) return;
    if (table.kind != Node::Kind::map) {
      reading_.fail(table.mark, "'routes': expected a mapping of names to routes, got " +
                                    config::described(table));
      return;
    }
    for (const Node::Entry& entry : table.entries) {
      if (models_.find(entry.key) != nullptr) {
        reading_.fail(entry.mark,
                      fmt::format("'routes.{}': a model has that name already", entry.key));
      }
      routes.insert_or_assign(entry.key, route(entry));
    }
  }

 private:
  Route route(const Node::Entry& entry) {
    const std::string path = "routes." + entry.key;
    const RouteEntry read = typed_route_spec().parse(entry.value, reading_, path);
    Route route{.name = entry.key, .order = read.order, .targets = {}};
    if (read.targets.kind != Node::Kind::list || read.targets.items.empty() ||
        read.targets.items.size() > kTargetsMax) {
      if (entry.value.find("targets") != nullptr) {
        reading_.fail(read.targets.mark,
                      fmt::format("'{}.targets': expected a list of 1 to {} models, got {}", path,
                                  kTargetsMax, config::described(read.targets)));
      }
      return route;
    }
    for (const Node& item : read.targets.items) {
      route.targets.push_back(
          target(item, fmt::format("{}.targets[{}]", path, route.targets.size())));
    }
    return route;
  }

  Target target(const Node& item, const std::string& path) {
    Target target;
    const Node* name = &item;
    if (item.kind == Node::Kind::scalar) {
      target.model = item.text;
    } else {
      target = typed_target_spec().parse(item, reading_, path);
      name = item.find("model");
    }
    if (name != nullptr && models_.find(target.model) == nullptr) {
      reading_.fail(name->mark, fmt::format("'{}': unknown model '{}'{}", path, target.model,
                                            did_you_mean(target.model, models_.names())));
    }
    return target;
  }

  const providers::Models& models_;
  Reading& reading_;
};

}  // namespace

Result<Routes> Routes::parse(const std::vector<config::NamedText>& texts,
                             const providers::Models& models, const config::Node& further) {
  Reading reading;
  Routes routes;
  RouteReader reader(models, reading);
  for (const config::NamedText& text : texts) {
    const Result<Node> root = config::parse_yaml(text.source, text.text);
    if (!root) {
      reading.errors.push_back(root.error());
      continue;
    }
    for (const Node::Entry& entry : root->entries) {
      if (entry.key == "routes") {
        reader.read(entry.value, routes.routes_);
      } else {
        reading.fail(entry.mark, fmt::format("'{}' is unknown here: expected 'routes'", entry.key));
      }
    }
  }
  reader.read(further, routes.routes_);
  if (!reading.errors.empty()) return std::unexpected(config::combined(reading.errors));
  return routes;
}

Result<Routes> Routes::shipped(const providers::Models& models, const config::Node& further) {
  const auto text = config::shipped("routes.yaml");
  if (!text) return fail(Code::internal, "the program was built without routes.yaml");
  return parse({*text}, models, further);
}

const Route* Routes::find(std::string_view name) const {
  const auto found = routes_.find(name);
  return found == routes_.end() ? nullptr : &found->second;
}

std::string_view name(Route::Order order) {
  switch (order) {
    case Route::Order::listed:
      return "listed";
    case Route::Order::weight:
      return "weight";
    case Route::Order::latency:
      return "latency";
    case Route::Order::price:
      return "price";
  }
  return "listed";
}

Result<Route> route_of(std::span<const std::string> names, const providers::Models& models,
                       const Routes& routes) {
  if (names.size() == 1) {
    if (const Route* known = routes.find(names.front())) return *known;
  }
  Route route;
  for (const std::string& name : names) {
    if (models.find(name) == nullptr) {
      // Within a list, a route is none that could be meant.
      const auto known = names.size() == 1 ? model_and_route_names(models, routes) : models.names();
      return fail(Code::unknown_model,
                  fmt::format("there is no model '{}'{}; 'docwright model list' names them all, "
                              "and the configuration's 'models' and 'routes' add others",
                              to_valid_utf8(name), did_you_mean(name, known)));
    }
    route.targets.push_back({.model = name, .weight = 1, .conditions = {}});
  }
  return route;
}

Result<void> usable(const Route& route, const providers::Models& models, Time now) {
  std::optional<Error> first;
  for (const Target& target : route.targets) {
    const auto model = models.usable(target.model, now);
    if (model) return {};
    if (!first) first = model.error();
  }
  return std::unexpected(std::move(*first));
}

std::vector<std::string> retiring(const Route& route, const providers::Models& models, Time now) {
  std::vector<std::string> sentences;
  for (const Target& target : route.targets) {
    const providers::Model* model = models.find(target.model);
    if (model != nullptr && model->retires_soon(now)) sentences.push_back(model->retirement(now));
  }
  return sentences;
}

std::string parameter_refusal(const Route& route, const providers::Models& models,
                              const providers::Registry& providers, std::string_view parameter,
                              const Json& value) {
  std::string first;
  for (const Target& target : route.targets) {
    const providers::Model* model = models.find(target.model);
    const auto* provider = model == nullptr ? nullptr : providers.find(model->provider);
    if (provider == nullptr) return {};
    // A stand-in that takes everything says nothing of those that are meant.
    if (provider->local && route.targets.size() > 1) continue;
    std::string refusal = providers::parameter_refusal(*model, provider, parameter, value);
    if (refusal.empty()) return {};
    if (first.empty()) first = std::move(refusal);
  }
  return first;
}

std::string parameter_conflict(const Route& route, const providers::Models& models,
                               const Json& parameters, std::int64_t answer_tokens_max) {
  std::string first;
  for (const Target& target : route.targets) {
    const providers::Model* model = models.find(target.model);
    if (model == nullptr) return {};
    Json all = model->parameters;
    providers::override_parameters(all, parameters);
    std::string conflict = providers::parameter_conflict(
        *model, all, std::min(answer_tokens_max, model->output_tokens_max));
    if (conflict.empty()) return {};
    if (first.empty()) first = std::move(conflict);
  }
  return first;
}

std::vector<std::string_view> model_and_route_names(const providers::Models& models,
                                                    const Routes& routes) {
  std::vector<std::string_view> names = models.names();
  for (const auto& [name, route] : routes.all()) names.push_back(name);
  return names;
}

const config::SpecBase& route_spec() {
  return typed_route_spec();
}

const config::SpecBase& target_spec() {
  return typed_target_spec();
}

}  // namespace docwright::pipeline
