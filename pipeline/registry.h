// The steps a pipeline can have. Filled by a visible list (all.cpp); immutable afterwards; any
// thread.
#pragma once
#include <functional>
#include <map>
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

// What the options of every kind have.
struct CommonOptions {
  std::string name;
  Duration time_limit{};
  int retries = 0;
};

// A kind of step: its folder says what it does, its spec what it can be told.
struct StepKind {
  std::string name;  // as in YAML: "chunk"
  Scope scope = Scope::chunk;
  std::string
      example;  // options in YAML, for `pipeline explain` and the reference page; linted by a test
  const config::SpecBase* spec = nullptr;

  // Made by add(): the options struct from YAML; what it has in common with all; names in it
  // resolved and checked; what the step does.
  std::function<std::shared_ptr<void>(const config::Node&, config::Reading&)> read;
  std::function<CommonOptions(const void* options)> common;
  std::function<void(void* options, Binding&)> bind;
  std::function<std::shared_ptr<const Behaviour>(const Step&)> behave;
};

class StepRegistry final {
 public:
  // `bind` resolves names within the options (a model, a prompt, an earlier step) and reports what
  // does not exist. `behave` makes the behaviour of a step of a parsed pipeline. A duplicate or
  // malformed name aborts: a bug.
  template <class Options>
  void add(std::string name, Scope scope, const config::Spec<Options>& spec, std::string example,
           void (*bind)(Options&, Binding&),
           std::shared_ptr<const Behaviour> (*behave)(const Step&) = nullptr) {
    add(StepKind{
        .name = std::move(name),
        .scope = scope,
        .example = std::move(example),
        .spec = &spec,
        .read = [&spec](const config::Node& node,
                        config::Reading& reading) -> std::shared_ptr<void> {
          return std::make_shared<Options>(spec.parse(node, reading));
        },
        .common =
            [](const void* options) {
              const auto& own = *static_cast<const Options*>(options);
              return CommonOptions{own.name, own.time_limit, own.retries};
            },
        .bind = [bind](void* options,
                       Binding& binding) { bind(*static_cast<Options*>(options), binding); },
        .behave = behave ? std::function<std::shared_ptr<const Behaviour>(const Step&)>(behave)
                         : nullptr});
  }

  const StepKind* find(std::string_view name) const;
  std::vector<std::string_view> names() const;  // in the order of the list
  const std::vector<std::unique_ptr<const StepKind>>& all() const { return kinds_; }

 private:
  void add(StepKind kind);
  std::vector<std::unique_ptr<const StepKind>> kinds_;
};

// The visible list.
StepRegistry all_steps();

}  // namespace docwright::pipeline
