#include "pipeline/order.h"

#include <fmt/format.h>

#include <algorithm>

namespace docwright::pipeline {
namespace {

using Steps = std::vector<Step>;

Steps::const_iterator first_of(const Steps& steps, std::string_view kind) {
  return std::ranges::find(steps, kind,
                           [](const Step& step) -> std::string_view { return step.kind->name(); });
}

// The complaint about this step's place, or nothing.
std::string misplaced(const Steps& steps, Steps::const_iterator step) {
  const auto& place = step->kind->place;
  const auto first = first_of(steps, place.name);
  if (place.count == Count::once && first != step) {
    return fmt::format("a second '{}': expected one, and the first is in line {}", place.name,
                       first->mark.line);
  }
  if (!place.after.empty() && first_of(steps, place.after) >= step) {
    return fmt::format("'{}' needs a step '{}' before it", place.name, place.after);
  }
  if (step == steps.begin()) return {};
  const auto& before = std::prev(step)->kind->place;
  if (place.after.empty()) {
    return fmt::format("'{}' is the first step of a pipeline: '{}' stands before it", place.name,
                       before.name);
  }
  if (before.last)
    return fmt::format("'{}' stands after '{}', which is the last step", place.name, before.name);
  if (place.scope == Scope::source && before.scope == Scope::chunk) {
    return fmt::format("'{}' works on the whole source: it cannot stand after '{}'", place.name,
                       before.name);
  }
  return {};
}

// An answer that nothing reads would be paid for nothing.
std::string unread(const Construction& construction, const Step& step) {
  if (step.kind->name() != "call" || construction.answers_used.contains(step.name)) return {};
  return fmt::format(
      "the answer of '{0}' is read by no later step: expected a parse with 'call: {0}', or a "
      "template with {{{{steps.{0}.text}}}}",
      step.name);
}

}  // namespace

void check_order(Construction& construction, const StepRegistry& kinds, const config::Mark& list) {
  const Steps& steps = construction.steps;
  for (const auto& kind : kinds.all()) {
    if (kind->place.count != Count::once || first_of(steps, kind->name()) != steps.end()) continue;
    return construction.error(list, fmt::format("a step '{}' is missing", kind->name()));
  }
  for (auto step = steps.begin(); step != steps.end(); ++step) {
    auto complaint = misplaced(steps, step);
    if (!complaint.empty()) return construction.error(step->mark, std::move(complaint));
  }
  for (const auto& step : steps) {
    auto complaint = unread(construction, step);
    if (!complaint.empty()) return construction.error(step.mark, std::move(complaint));
  }
}

}  // namespace docwright::pipeline
