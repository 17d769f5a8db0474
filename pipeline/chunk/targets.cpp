#include "pipeline/chunk/targets.h"

#include <algorithm>

#include "pipeline/call/answer_schema.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;
using outline::Kind;
using outline::Outline;

bool has(const Definition& definition, std::string_view flag) {
  return std::ranges::find(definition.flags, flag) != definition.flags.end();
}

bool is_function(Kind kind) {
  using enum Kind;
  return kind == function || kind == method || kind == constructor || kind == destructor ||
         kind == operator_;
}

bool is_type(Kind kind) {
  using enum Kind;
  return kind == class_ || kind == struct_ || kind == union_ || kind == enum_;
}

const Definition* parent_of(const Outline& outline, const Definition& definition) {
  return definition.parent < 0 ? nullptr
                               : &outline.definitions[static_cast<std::size_t>(definition.parent)];
}

// There is something to be said of it.
bool is_worth_it(const Outline& outline, const Definition& definition) {
  const Definition* parent = parent_of(outline, definition);
  const bool member = parent != nullptr && is_type(parent->kind);
  switch (definition.kind) {
    case Kind::module:
    case Kind::namespace_:
    case Kind::variable:
      return false;
    case Kind::type_alias:
      return !member;
    default:
      break;
  }
  if (has(definition, "deleted") || has(definition, "defaulted") || has(definition, "overload"))
    return false;
  return !(has(definition, "friend") && has(definition, "declaration"));
}

enum class Reach { everyone, insiders, nobody };

// Who can use it: what encloses a definition limits it. Functions that are static in a file of C
// are for that file's readers.
Reach own_reach(const Outline& outline, const Definition& definition) {
  const Definition* parent = parent_of(outline, definition);
  if (parent != nullptr && is_function(parent->kind)) return Reach::nobody;
  if (definition.visibility != "private") return Reach::everyone;
  const bool of_c = outline.language != outline::Language::python;
  const bool member = parent != nullptr && is_type(parent->kind);
  return of_c && !member ? Reach::everyone : Reach::insiders;
}

}  // namespace

std::vector<std::int32_t> documented(const Outline& outline) {
  std::vector<Reach> reach(outline.definitions.size());
  std::vector<std::int32_t> open, hidden;
  for (std::size_t i = 0; i < outline.definitions.size(); ++i) {
    const Definition& definition = outline.definitions[i];
    reach[i] = own_reach(outline, definition);
    if (definition.parent >= 0)
      reach[i] = std::max(reach[i], reach[static_cast<std::size_t>(definition.parent)]);
    if (reach[i] == Reach::nobody || !is_worth_it(outline, definition)) continue;
    (reach[i] == Reach::everyone ? open : hidden).push_back(static_cast<std::int32_t>(i));
  }
  return open.empty() ? hidden : open;
}

Targets::Targets(const Outline& outline, std::vector<std::int32_t> chosen)
    : outline_(outline), chosen_(std::move(chosen)) {
  const auto begin = [&](std::int32_t index) {
    return outline.definitions[static_cast<std::size_t>(index)].body.begin;
  };
  std::ranges::sort(chosen_, [&](std::int32_t a, std::int32_t b) {
    return begin(a) != begin(b) ? begin(a) < begin(b) : a < b;
  });
  properties_.push_back(0);
  for (const std::int32_t index : chosen_) {
    begins_.push_back(begin(index));
    properties_.push_back(properties_.back() +
                          schema_properties(outline.definitions[static_cast<std::size_t>(index)]));
  }
}

std::size_t Targets::first_at(std::uint32_t byte) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(begins_, byte) - begins_.begin());
}

Targets::Load Targets::load(outline::Range range) const {
  const std::size_t first = first_at(range.begin), end = first_at(range.end);
  return {static_cast<int>(end - first), properties_[end] - properties_[first]};
}

std::vector<Definition> Targets::in(outline::Range range) const {
  std::vector<Definition> found;
  for (std::size_t i = first_at(range.begin); i < chosen_.size() && begins_[i] < range.end; ++i) {
    found.push_back(outline_.definitions[static_cast<std::size_t>(chosen_[i])]);
  }
  return found;
}

std::uint32_t Targets::end_of_load(outline::Range range, int targets_max) const {
  const std::size_t first = first_at(range.begin);
  std::size_t end = first;
  while (end < chosen_.size() && begins_[end] < range.end) {
    const bool too_many = static_cast<int>(end - first) == targets_max;
    const bool too_large =
        end > first && 1 + properties_[end + 1] - properties_[first] > kSchemaPropertiesMax;
    // Targets that begin at the same byte cannot be parted.
    if ((too_many || too_large) && begins_[end] > range.begin) return begins_[end];
    ++end;
  }
  return range.end;
}

}  // namespace docwright::pipeline
