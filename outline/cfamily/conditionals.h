// Conditionals (#if ... #endif) that the grammar cannot read.
#pragma once
#include <string_view>
#include <vector>

#include "outline/cfamily/tokens.h"

namespace docwright::outline::cfamily {

// The ranges to blank, in source order and disjoint: of every conditional that stands within a
// declaration, or whose branches open brackets that they do not close, the directives and all
// branches but the first; of "#if 0", that branch.
std::vector<Range> split_conditionals(std::string_view source, const std::vector<Token>& tokens);

}  // namespace docwright::outline::cfamily
