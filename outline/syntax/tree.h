// tree-sitter behind small value types: the only place that includes its header.
//
// Nodes and cursors borrow the tree, and the tree borrows nothing: texts are cut from the source by
// the caller.
#pragma once
#include <tree_sitter/api.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outline/outline.h"
#include "runtime/error.h"

namespace docwright::outline {

// One node of a tree; copied freely. A default-made node is null (false).
class Node {
 public:
  Node() = default;
  explicit Node(TSNode node) : node_(node) {}
  explicit operator bool() const { return node_.id != nullptr; }
  bool operator==(const Node& other) const {
    return node_.id == other.node_.id && begin() == other.begin();
  }

  std::uint16_t type() const { return ts_node_symbol(node_); }
  std::string_view type_name() const { return ts_node_type(node_); }
  std::uint32_t begin() const { return ts_node_start_byte(node_); }
  std::uint32_t end() const { return ts_node_end_byte(node_); }
  Range range() const { return {begin(), end()}; }
  std::uint32_t row() const { return ts_node_start_point(node_).row; }
  std::uint32_t column() const { return ts_node_start_point(node_).column; }
  bool is_named() const { return ts_node_is_named(node_); }
  // A comment or the like, which may stand anywhere.
  bool is_extra() const { return ts_node_is_extra(node_); }
  bool is_error() const { return ts_node_is_error(node_); }
  bool is_missing() const { return ts_node_is_missing(node_); }
  // An error anywhere in it.
  bool has_error() const { return ts_node_has_error(node_) || is_missing(); }

  Node field(TSFieldId id) const { return Node(ts_node_child_by_field_id(node_, id)); }
  // Costs time in the number of children before it: for the first few only.
  Node named_child(std::uint32_t index) const { return Node(ts_node_named_child(node_, index)); }
  std::uint32_t named_child_count() const { return ts_node_named_child_count(node_); }
  std::string_view text(std::string_view source) const {
    return source.substr(begin(), end() - begin());
  }

  TSNode raw() const { return node_; }

 private:
  TSNode node_{};
};

// Walks a tree without recursion.
class Cursor {
 public:
  explicit Cursor(Node root) : cursor_(ts_tree_cursor_new(root.raw())) {}
  ~Cursor() { ts_tree_cursor_delete(&cursor_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  Node node() const { return Node(ts_tree_cursor_current_node(&cursor_)); }
  TSFieldId field() const { return ts_tree_cursor_current_field_id(&cursor_); }
  bool first_child() { return ts_tree_cursor_goto_first_child(&cursor_); }
  bool next_sibling() { return ts_tree_cursor_goto_next_sibling(&cursor_); }
  bool parent() { return ts_tree_cursor_goto_parent(&cursor_); }

 private:
  TSTreeCursor cursor_;
};

// Calls visit(child, field) for each child, in linear time; stops where it returns false.
template <class Visit>
void for_each_child(Node node, Visit visit) {
  Cursor cursor(node);
  if (!cursor.first_child()) return;
  do {
    if (!visit(cursor.node(), cursor.field())) return;
  } while (cursor.next_sibling());
}

// The first named child that is no comment or the like; null where there is none.
inline Node first_named(Node node) {
  Node first;
  for_each_child(node, [&](Node child, TSFieldId) {
    if (child.is_named() && !child.is_extra()) first = child;
    return !first;
  });
  return first;
}

// Depth first, without recursion: visitor.enter(node) says whether to descend; visitor.leave(node)
// follows in any case.
template <class Visitor>
void walk(Node root, Visitor& visitor) {
  Cursor cursor(root);
  for (;;) {
    if (visitor.enter(cursor.node()) && cursor.first_child()) continue;
    visitor.leave(cursor.node());
    while (!cursor.next_sibling()) {
      if (!cursor.parent()) return;
      visitor.leave(cursor.node());
    }
  }
}

// A grammar's node types as a small enum of ours; Type{} for all that are of no interest.
// Immutable.
template <class Type>
class Types {
 public:
  explicit Types(std::vector<Type> by_symbol) : by_symbol_(std::move(by_symbol)) {}
  Type operator()(Node node) const {
    const std::uint16_t symbol = node.type();
    return symbol < by_symbol_.size() ? by_symbol_[symbol] : Type{};  // the error symbol is 65535
  }

 private:
  std::vector<Type> by_symbol_;
};

// A language's generated parser. Made once; immutable.
class Grammar {
 public:
  explicit Grammar(const TSLanguage* language) : language_(language) {}
  const TSLanguage* language() const { return language_; }
  // Throws std::logic_error where the grammar knows no such field: our tables and the pinned
  // grammar do not fit.
  TSFieldId field(std::string_view name) const;

  // Throws as field() does.
  template <class Type>
  Types<Type> types(std::initializer_list<std::pair<std::string_view, Type>> names,
                    std::initializer_list<std::pair<std::string_view, Type>> more = {}) const {
    std::vector<Type> by_symbol(ts_language_symbol_count(language_), Type{});
    for (const auto& [name, type] : names) by_symbol[symbol(name)] = type;
    for (const auto& [name, type] : more) by_symbol[symbol(name)] = type;
    return Types<Type>(std::move(by_symbol));
  }

 private:
  std::uint16_t symbol(std::string_view name) const;
  const TSLanguage* language_;
};

const TSLanguage* python_language();
const TSLanguage* c_language();
const TSLanguage* cpp_language();

class Tree {
 public:
  explicit Tree(TSTree* tree) : tree_(tree) {}
  Node root() const { return Node(ts_tree_root_node(tree_.get())); }

 private:
  struct Delete {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  };
  std::unique_ptr<TSTree, Delete> tree_;
};

// The tree, or why there is none (in words). Bounded by operations, not by time, so that the
// outcome is the same on every machine; the child's CPU limit stands behind it.
std::expected<Tree, std::string> parse(const TSLanguage* language, std::string_view source);

// From now on, an allocation of the C library that fails ends the process with kExitOutOfMemory.
// For children only.
inline constexpr int kExitOutOfMemory = 86;
void exit_when_out_of_memory();

}  // namespace docwright::outline
