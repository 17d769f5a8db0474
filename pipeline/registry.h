// The steps that a pipeline can have. Filled by a visible list (all.cpp); immutable afterwards; any
// thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/spec.h"

namespace docwright::pipeline {

class Binding;
class Behaviour;  // what a step does: pipeline/behaviour.h
struct Step;

// source: once per job, before the chunks. chunk: once per chunk, chunks concurrently.
enum class Scope { source, chunk };
// once: exactly one in each pipeline. any: none, one or several.
enum class Count { once, any };

// Where a kind of step stands in a pipeline.
struct StepPlace {
  std::string name;  // as in YAML: "chunk"
  Scope scope = Scope::chunk;
  Count count = Count::any;
  std::string after;    // the kind that must stand somewhere before it; empty: it is the first step
  bool last = false;    // nothing may follow
  std::string example;  // its options in YAML: for `pipeline explain` and the reference page; a
                        // test lints it
};

// What the options of every kind have.
struct CommonOptions {
  std::string name;
  Duration time_limit{};
  int retries = 0;
};

// A kind of step: its folder says what it does, its spec what it can be told.
struct StepKind {
  StepPlace place;
  const config::SpecBase* spec = nullptr;

  // Made by add(): the options struct from YAML; what it has in common with all; names in it
  // resolved and checked; what the step does (empty where nothing was given: for lint alone).
  std::function<std::shared_ptr<void>(const config::Node&, config::Reading&)> read;
  std::function<CommonOptions(const void* options)> common;
  std::function<void(void* options, Binding&)> bind;
  std::function<std::shared_ptr<const Behaviour>(const Step&)> behave;

  const std::string& name() const { return place.name; }
};

class StepRegistry final {
 public:
  // `bind` resolves names within the options (a model, a prompt, an earlier step) and reports what
  // does not exist. `behave` makes the behaviour of a step of a parsed pipeline. A duplicate or
  // malformed name aborts: a bug.
  template <class Options>
  void add(StepPlace place, const config::Spec<Options>& spec, void (*bind)(Options&, Binding&),
           std::shared_ptr<const Behaviour> (*behave)(const Step&) = nullptr) {
    StepKind kind;
    kind.spec = &spec;
    kind.read = [&spec, name = place.name](const config::Node& node,
                                           config::Reading& reading) -> std::shared_ptr<void> {
      return std::make_shared<Options>(spec.parse(node, reading, name));
    };
    kind.common = [](const void* options) {
      const auto& own = *static_cast<const Options*>(options);
      return CommonOptions{own.name, own.time_limit, own.retries};
    };
    kind.bind = [bind](void* options, Binding& binding) {
      bind(*static_cast<Options*>(options), binding);
    };
    if (behave) kind.behave = behave;
    kind.place = std::move(place);
    add(std::move(kind));
  }

  const StepKind* find(std::string_view name) const;
  std::vector<std::string_view> names() const;  // in the order of the list
  const std::vector<std::unique_ptr<const StepKind>>& all() const { return kinds_; }

 private:
  void add(StepKind kind);
  std::vector<std::unique_ptr<const StepKind>> kinds_;  // steps of pipelines point to them
};

// The visible list.
StepRegistry all_steps();

// The options that every kind has, for the end of its list.
template <class Options>
std::vector<config::SpecBase::Field> with_common(std::vector<config::SpecBase::Field> fields) {
  fields.insert(fields.begin(),
                config::option("name", &Options::name)
                    .range(1, 64)
                    .about("Its name within the pipeline; default: the step's, then NAME_2, ..."));
  fields.push_back(config::option("time_limit", &Options::time_limit)
                       .range(std::chrono::milliseconds(100), std::chrono::hours(2))
                       .about("The longest that one attempt may take, for one chunk."));
  fields.push_back(config::option("retries", &Options::retries)
                       .range(0, 20)
                       .about("Further attempts after a transient error."));
  return fields;
}

}  // namespace docwright::pipeline
