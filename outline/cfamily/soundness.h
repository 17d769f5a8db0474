// Whether what tree-sitter recovered from an error can be believed.
#pragma once
#include "outline/syntax/tree.h"

namespace docwright::outline::cfamily {

// tree-sitter-cpp reads the default "= {}" of a parameter as a literal whose type is missing: no
// error.
bool is_harmless(Node missing, Node parent);
// An error other than that anywhere in the node.
bool has_error(Node node);
// Bytes in error nodes, and one for each missing token.
std::uint64_t error_bytes(Node root);

}  // namespace docwright::outline::cfamily
