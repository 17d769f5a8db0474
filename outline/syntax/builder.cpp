#include "outline/syntax/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "outline/syntax/doc_comments.h"

namespace docwright::outline {
namespace {

bool before(const Range& a, const Range& b) {
  return a.begin < b.begin || (a.begin == b.begin && a.end > b.end);
}

// Ranges that touch or overlap become one.
std::vector<Range> joined(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), before);
  std::vector<Range> joined;
  for (const Range& range : ranges) {
    if (!joined.empty() && range.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, range.end);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

// What of the range no extent within it covers. Extents are sorted.
std::vector<Range> without(Range range, const std::vector<Range>& extents) {
  std::vector<Range> parts;
  const auto starts_before = [](const Range& extent, std::uint32_t byte) {
    return extent.begin < byte;
  };
  auto extent = std::lower_bound(extents.begin(), extents.end(), range.begin, starts_before);
  for (; extent != extents.end() && extent->begin < range.end; ++extent) {
    if (extent->begin < range.begin || extent->end > range.end) continue;
    if (extent->begin > range.begin) parts.push_back({range.begin, extent->begin});
    range.begin = extent->end;
  }
  if (range.begin < range.end) parts.push_back(range);
  return parts;
}

void cut_at(const std::vector<std::uint32_t>& borders, Range range, std::vector<Range>& parts) {
  auto border = std::upper_bound(borders.begin(), borders.end(), range.begin);
  for (; border != borders.end() && *border < range.end; ++border) {
    parts.push_back({range.begin, *border});
    range.begin = *border;
    while (border + 1 != borders.end() && *(border + 1) == *border) ++border;
  }
  parts.push_back(range);
}

}  // namespace

Builder::Builder(Language language, std::string_view source, std::string_view code)
    : source_(source), code_(code), lines_(source) {
  outline_.language = language;
}

std::int32_t Builder::add(Definition definition, Range outer) {
  outline_.definitions.push_back(std::move(definition));
  outer_.push_back(outer);
  return static_cast<std::int32_t>(outline_.definitions.size()) - 1;
}

void Builder::remove(const std::vector<bool>& drop) {
  // Old index -> new one; of a dropped definition, its parent's.
  std::vector<std::int32_t> moved(drop.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < drop.size(); ++i) {
    Definition& definition = outline_.definitions[i];
    if (definition.parent >= 0)
      definition.parent = moved[static_cast<std::size_t>(definition.parent)];
    moved[i] = drop[i] ? definition.parent : static_cast<std::int32_t>(kept);
    if (drop[i]) continue;
    if (kept != i) {
      outline_.definitions[kept] = std::move(definition);
      outer_[kept] = outer_[i];
    }
    ++kept;
  }
  outline_.definitions.resize(kept);
  outer_.resize(kept);
}

void Builder::document_by_comments() {
  const DocComments docs(source_, code_, comments_);
  std::uint32_t first = static_cast<std::uint32_t>(source_.size());
  for (std::size_t i = 0; i < outline_.definitions.size(); ++i) {
    Definition& definition = outline_.definitions[i];
    const auto next =
        i + 1 < outer_.size() ? outer_[i + 1].begin : static_cast<std::uint32_t>(source_.size());
    definition.doc_range = docs.of(outer_[i], next);
    if (!definition.doc_range) continue;
    first = std::min(first, definition.doc_range->begin);
    definition.existing_doc = source_.substr(
        definition.doc_range->begin, definition.doc_range->end - definition.doc_range->begin);
  }
  outline_.module_doc = docs.of_file(first);
}

Outline Builder::finish() {
  if (outline_.definitions.size() > kDefinitionsMax) {
    Outline outline{.language = outline_.language};
    outline.fallback = fmt::format("more than {} definitions", kDefinitionsMax);
    return outline;
  }
  mark_lines();
  grow_extents();
  make_laminar();
  settle_broken();
  name_apart();
  return std::move(outline_);
}

void Builder::mark_lines() {
  std::vector<Range> no_code;
  std::merge(comments_.begin(), comments_.end(), macros_.begin(), macros_.end(),
             std::back_inserter(no_code), before);
  for (const Range& range : no_code) lines_.mark_no_code(range);
}

// A comment of Python belongs to what follows only where it is indented like it: deeper ones end
// the block above.
bool Builder::may_lead(std::uint32_t line, const Definition& definition) const {
  if (!lines_.no_code(line)) return false;
  if (outline_.language != Language::python) return true;
  const std::uint32_t own = lines_.line_of(definition.body.begin);
  return lines_.indent(line) - lines_.begin(line) == lines_.indent(own) - lines_.begin(own);
}

void Builder::grow_extents() {
  for (std::size_t i = 0; i < outline_.definitions.size(); ++i) {
    Definition& definition = outline_.definitions[i];
    definition.extent = lines_.whole(outer_[i]);
    std::uint32_t line = lines_.line_of(outer_[i].begin);
    while (line > 0 && may_lead(line - 1, definition)) --line;
    definition.extent.begin = lines_.begin(line);
  }
}

// Whole lines of neighbours can overlap (two on one line). Those that do get the union of both,
// until none cross.
void Builder::make_laminar() {
  std::vector<std::size_t> order(outline_.definitions.size());
  std::iota(order.begin(), order.end(), 0);
  const auto extent = [&](std::size_t index) -> Range& {
    return outline_.definitions[index].extent;
  };
  for (bool changed = true; changed;) {
    changed = false;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return before(extent(a), extent(b)) || (extent(a) == extent(b) && a < b);
    });
    std::vector<std::size_t> open;  // each within the one before
    for (const std::size_t index : order) {
      while (!open.empty() && extent(open.back()).end <= extent(index).begin) open.pop_back();
      std::optional<std::size_t> crossed;
      while (!open.empty() && extent(open.back()).end < extent(index).end) {
        crossed = open.back();
        open.pop_back();
      }
      if (crossed) {
        extent(*crossed).end = extent(index).end;
        extent(index).begin = extent(*crossed).begin;
        open.push_back(*crossed);
        changed = true;
      }
      open.push_back(index);
    }
  }
}

// Broken ranges as whole lines, without the definitions that were kept within them, and cut at
// every extent's border.
void Builder::settle_broken() {
  std::vector<Range> extents;
  std::vector<std::uint32_t> borders;
  for (const Definition& definition : outline_.definitions) {
    extents.push_back(definition.extent);
    borders.push_back(definition.extent.begin);
    borders.push_back(definition.extent.end);
  }
  std::sort(extents.begin(), extents.end(), before);
  std::sort(borders.begin(), borders.end());
  for (Range& range : broken_) range = lines_.whole(range);
  for (const Range& range : joined(std::move(broken_))) {
    for (const Range& part : without(range, extents)) cut_at(borders, part, outline_.broken);
  }
}

void Builder::name_apart() {
  std::unordered_map<std::string, int> seen;
  for (Definition& definition : outline_.definitions) {
    const int count = ++seen[definition.symbol];
    if (count > 1) definition.symbol += fmt::format("~{}", count);
  }
}

}  // namespace docwright::outline
