#include "outline/cfamily/soundness.h"

namespace docwright::outline::cfamily {
namespace {

// Sums up errors; what has none is not walked.
struct Errors {
  std::uint64_t bytes = 0;
  std::vector<Node> path = {};

  bool enter(Node node) {
    const bool harmless = node.is_missing() && !path.empty() && is_harmless(node, path.back());
    if (node.is_error()) {
      bytes += std::max<std::uint64_t>(node.end() - node.begin(), 1);
    } else if (node.is_missing() && !harmless) {
      ++bytes;
    }
    path.push_back(node);
    return node.has_error() && !node.is_error();
  }
  void leave(Node) { path.pop_back(); }
};

}  // namespace

bool is_harmless(Node missing, Node parent) {
  return missing.is_missing() && missing.type_name() == "type_identifier" &&
         parent.type_name() == "compound_literal_expression";
}

bool has_error(Node node) {
  return node.is_error() || (node.has_error() && error_bytes(node) > 0);
}

std::uint64_t error_bytes(Node root) {
  Errors errors;
  walk(root, errors);
  return errors.bytes;
}

}  // namespace docwright::outline::cfamily
