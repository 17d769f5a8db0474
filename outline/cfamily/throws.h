// Which types a function throws by itself.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "outline/cfamily/head.h"

namespace docwright::outline::cfamily {

// The type of "throw X(...)", "throw X{...}", or "throw x" where x is a local variable or a
// parameter of a type that is written out; empty for a rethrow, and where it is not clear.
std::string thrown_type(const Grammar& grammar, std::string_view source, Node statement,
                        std::span<const Node> locals, std::span<const Parameter> parameters);

}  // namespace docwright::outline::cfamily
