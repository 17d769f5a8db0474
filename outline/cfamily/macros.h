// Uses of macros that stand for an attribute, a label or nothing.
#pragma once
#include <string_view>
#include <vector>

#include "outline/cfamily/tokens.h"

namespace docwright::outline::cfamily {

// In source order. The tokens hold no directives.
std::vector<Range> attribute_macros(std::string_view source, const std::vector<Token>& tokens);

}  // namespace docwright::outline::cfamily
