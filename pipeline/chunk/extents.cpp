#include "pipeline/chunk/extents.h"

#include <algorithm>

#include "pipeline/chunk/cut.h"

namespace docwright::pipeline {

using outline::Range;

std::vector<Extent> extent_tree(std::string_view source, const outline::Outline& outline) {
  std::vector<Range> ranges;
  for (const outline::Definition& definition : outline.definitions) {
    const Range& extent = definition.extent;
    if (extent.begin < extent.end && extent.end <= source.size() && may_cut(source, extent.begin) &&
        may_cut(source, extent.end)) {
      ranges.push_back(extent);
    }
  }
  std::ranges::sort(ranges, [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  std::vector<Extent> tree{{.range = {0, static_cast<std::uint32_t>(source.size())}}};
  std::vector<std::uint32_t> open{0};
  for (const Range& range : ranges) {
    while (tree[open.back()].range.end <= range.begin) open.pop_back();
    if (range.end > tree[open.back()].range.end || range == tree[open.back()].range) continue;
    const auto index = static_cast<std::uint32_t>(tree.size());
    tree[open.back()].children.push_back(index);
    tree.push_back({.range = range});
    open.push_back(index);
  }
  return tree;
}

}  // namespace docwright::pipeline
