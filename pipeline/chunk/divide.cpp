#include "pipeline/chunk/divide.h"

#include <algorithm>

namespace docwright::pipeline {
namespace {

using outline::Definition;

// The signatures of what encloses the place, as the planner gives them: a line each, indented.
std::string enclosing(const Chunk& chunk, std::uint32_t place) {
  std::string scope = chunk.scope;
  auto depth = static_cast<std::size_t>(std::ranges::count(scope, '\n'));
  for (const Definition& target : chunk.targets) {
    if (target.body.begin < place && place < target.body.end)
      scope += std::string(2 * depth++, ' ') + target.signature + "\n";
  }
  return scope;
}

}  // namespace

std::optional<std::pair<Chunk, Chunk>> divided(const Chunk& chunk) {
  const std::int64_t middle = (std::int64_t{chunk.range.begin} + std::int64_t{chunk.range.end}) / 2;
  std::optional<std::uint32_t> place;
  for (const Definition& target : chunk.targets) {
    const std::uint32_t begin = target.extent.begin;
    if (begin <= chunk.range.begin || begin >= chunk.range.end) continue;
    if (!place || std::abs(begin - middle) < std::abs(*place - middle)) place = begin;
  }
  if (!place) return std::nullopt;
  Chunk first = chunk;
  Chunk second;
  first.range.end = *place;
  first.targets.clear();
  second.range = {*place, chunk.range.end};
  second.scope = enclosing(chunk, *place);
  for (const Definition& target : chunk.targets)
    (target.extent.begin < *place ? first : second).targets.push_back(target);
  if (first.targets.empty()) return std::nullopt;
  return std::pair(std::move(first), std::move(second));
}

}  // namespace docwright::pipeline
