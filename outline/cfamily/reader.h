// Walks a tree of C or C++ and gathers its definitions.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outline/cfamily/grammar.h"
#include "outline/cfamily/head.h"
#include "outline/cfamily/mask.h"
#include "outline/syntax/builder.h"

namespace docwright::outline::cfamily {

// What the walk is inside of. Nothing in a function's body is a definition of its own; what stands
// in an opaque scope (a lambda, a local class) says nothing about the function around it; what
// stands in a dropped one is dropped as well.
struct Scope {
  enum class What { namespace_, class_, function, opaque, dropped } what = What::opaque;
  Node node;
  std::int32_t definition = -1;  // -1: an unnamed namespace or a class without a name
  std::string prefix = {};       // "io::Reader::" for what is defined within
  std::string name = {};
  std::string access = {};  // of the next member
  bool local = false;       // nothing outside of the file sees what is defined within
  std::vector<std::string> raises = {};
  std::vector<Node> locals = {};  // declarations of variables
};

class Reader {
 public:
  // Both must outlive the reader.
  Reader(Language language, std::string_view source, const Masked& masked);
  Outline read(Node root);

  // For walk().
  bool enter(Node node);
  void leave(Node node);

 private:
  // A definition and what it stands in: "template <...>", "friend", "typedef ... name;", "extern
  // "C"".
  struct Wrapped {
    Node outer;
    std::vector<Node> templates;
    Node named_by;  // the declaration that uses a type where it is defined
    bool is_friend = false;
    bool is_typedef = false;
  };

  void dispatch(Node node, Type type);
  void within_body(Node node, Type type, Scope& function);
  void enter_namespace(Node node);
  void enter_type(Node node, Type type);
  void enter_function(Node node);
  void declare(Node node);
  void define_alias(Node node);
  void define_typedef(Node node);
  void define_macro(Node node);

  Wrapped wrapped(Node node) const;
  bool is_sound(Node node, const Wrapped& in) const;
  bool is_at_its_depth(Node node) const;
  std::string name_by_declarator(const Wrapped& in) const;
  Definition function(Node node, const FunctionHead& head, const Wrapped& in) const;
  std::int32_t add(Definition definition, const Wrapped& in, std::uint32_t head_end);
  Range with_semicolon(Range range) const;
  std::string visibility(const Definition& definition) const;
  const Scope* scope() const { return scopes_.empty() ? nullptr : &scopes_.back(); }
  std::string prefix() const { return scopes_.empty() ? std::string() : scopes_.back().prefix; }
  std::int32_t parent() const;
  void push(Scope scope);

  const Grammar& g_;
  const Masked& masked_;
  std::string_view text_, code_;
  Builder builder_;
  HeadReader heads_;
  std::vector<Scope> scopes_;
  std::vector<std::pair<Node, Type>> path_;  // nodes above the current one
  std::size_t depth_ = 0;                    // how many of them stand in braces
};

}  // namespace docwright::outline::cfamily
