// The head of a function or of its declaration: its name, parameters, result and properties.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outline/cfamily/grammar.h"

namespace docwright::outline::cfamily {

// Where a declarator declares a function (not a variable that points to one).
struct FunctionHead {
  Node declarator;    // function_declarator; operator_cast for a conversion
  std::string scope;  // "io::Reader" of io::Reader::next, template arguments left out; empty where
                      // there is none
  std::string name;   // "next", "~Reader", "operator==", "operator bool"
  std::string specialised;  // the name with its template arguments, where it has any
  std::string pointers;     // "*", "&", what the declarator adds to the result's type
  enum class What { plain, destructor, operator_ } what = What::plain;
};

class HeadReader {
 public:
  // `code` is what was parsed, `text` what is quoted (mask.h).
  HeadReader(const Grammar& grammar, std::string_view code, std::string_view text)
      : g_(grammar), code_(code), source_(text) {}

  std::optional<FunctionHead> function(Node declarator) const;
  // Unnamed ones, too: their types tell overloads apart.
  std::vector<Parameter> parameters(Node definition, const FunctionHead& head) const;
  std::vector<Parameter> template_parameters(Node list) const;
  // As written, without storage class and the like; none for constructors and destructors.
  std::optional<std::string> return_type(Node definition, const FunctionHead& head) const;
  // static, const, virtual, ... as outline.h lists them.
  std::vector<std::string> flags(Node definition, const FunctionHead& head) const;
  // The name that a declarator declares, through pointers, arrays and parentheses; null where it
  // has none.
  Node declared_name(Node declarator) const;
  std::string text(Node node) const;

 private:
  Node inner(Node declarator) const;
  bool name_function(Node name, FunctionHead& head) const;
  std::vector<Parameter> listed(Node list) const;
  void add_old_style_types(Node definition, std::vector<Parameter>& parameters) const;
  std::string around(Node name, std::uint32_t begin, std::uint32_t end) const;
  std::string result_around(Node definition, const FunctionHead& head) const;
  Parameter parameter(Node node) const;
  Parameter type_parameter(Node node) const;
  void declarator_flags(Node declarator, std::vector<std::string>& flags) const;

  const Grammar& g_;
  std::string_view code_, source_;
};

}  // namespace docwright::outline::cfamily
