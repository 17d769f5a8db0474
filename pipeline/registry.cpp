#include "pipeline/registry.h"

#include <cstdio>
#include <cstdlib>

namespace docwright::pipeline {

const StepKind* StepRegistry::find(std::string_view name) const {
  for (const auto& kind : kinds_) {
    if (kind->name() == name) return kind.get();
  }
  return nullptr;
}

std::vector<std::string_view> StepRegistry::names() const {
  std::vector<std::string_view> names;
  names.reserve(kinds_.size());
  for (const auto& kind : kinds_) names.push_back(kind->name());
  return names;
}

void StepRegistry::add(StepKind kind) {
  const bool malformed =
      kind.name().empty() ||
      kind.name().find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos;
  if (malformed || find(kind.name())) {
    std::fprintf(stderr, "bug: malformed or duplicate step '%s'\n", kind.name().c_str());
    std::abort();
  }
  kinds_.push_back(std::make_unique<const StepKind>(std::move(kind)));
}

}  // namespace docwright::pipeline
