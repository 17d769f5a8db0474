// YAML as a tree of our own nodes, each with its place; the only wrapper of yaml-cpp (yaml.cpp).
//
// Refused with a clear error: more than one document, anchors and aliases, explicit tags, duplicate
// keys, keys that are not plain words, and whatever exceeds the limits. So a tree is never larger
// than its text.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::config {

// A place in a text. Line and column count from 1; line 0 means the source as a whole (an
// environment variable, a missing file).
struct Mark {
  // The file's name as it was given, or the variable's; null: nowhere.
  std::shared_ptr<const std::string> source;
  int line = 0;
  int column = 0;
};
// "docwright.yaml:3:5", or the source alone, or nothing.
std::string to_text(const Mark& mark);

// An immutable value once parsed; copying copies the tree.
struct Node {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  Mark mark;
  std::string text;     // of a scalar
  bool quoted = false;  // "5" and |-blocks are texts, never numbers
  std::vector<Node> items;
  std::vector<Entry> entries;  // in the order of the file; keys are unique

  const Node* find(std::string_view key) const;  // of a map; nullptr if there is none
};
struct Node::Entry {
  std::string key;
  Mark mark;
  Node value;
};

struct YamlLimits {
  std::size_t bytes_max = std::size_t{1} << 20;
  std::size_t nodes_max = 50'000;
  int depth_max = 32;
};

// An empty text is a null node. The first error ends it: a broken text's later errors are noise.
Result<Node> parse_yaml(std::string_view source_name, std::string_view text,
                        YamlLimits limits = {});

// By YAML's core schema: plain null, true, 12, 1.5 are what they look like; everything quoted is a
// string.
Json to_json(const Node& node);

// "a whole number 5", "the text "x"", "a list": what an error says it got.
std::string described(const Node& node);

}  // namespace docwright::config
