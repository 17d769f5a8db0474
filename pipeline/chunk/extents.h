// The extents of definitions as a tree: what lies within what.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::pipeline {

struct Extent {
  outline::Range range;
  std::vector<std::uint32_t> children;  // indices, in source order; disjoint
};

// The first is the whole source. Equal extents are one. What would cross another, or cut a code
// point, is left out: it can only come from an outline that is not of this source.
std::vector<Extent> extent_tree(std::string_view source, const outline::Outline& outline);

}  // namespace docwright::pipeline
