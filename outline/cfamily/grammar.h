// The node types and fields of tree-sitter-c and tree-sitter-cpp that carry facts.
#pragma once
#include <cstdint>

#include "outline/syntax/tree.h"

namespace docwright::outline::cfamily {

enum class Type : std::uint8_t {
  other,
  comment,
  // What defines, and what wraps it.
  function,
  declaration,
  field_declaration,
  type_definition,
  struct_,
  union_,
  enum_,
  class_,
  namespace_,
  alias,
  concept_,
  macro,
  template_,
  friend_,
  linkage,
  declaration_list,
  braces,  // every other list in braces
  access,
  lambda,
  // Declarators and names.
  function_declarator,
  pointer_declarator,
  reference_declarator,
  parenthesized_declarator,
  array_declarator,
  init_declarator,
  attributed_declarator,
  variadic_declarator,
  identifier,
  qualified,
  destructor_name,
  operator_name,
  operator_cast,
  template_function,
  template_type,
  // Parts of a head.
  parameter,
  optional_parameter,
  variadic_parameter_pack,
  type_parameter,
  template_parameter_list,
  storage_class,
  qualifier,
  virtual_,
  virtual_specifier,
  explicit_,
  noexcept_,
  attribute,
  trailing_return,
  initializers,
  placeholder_type,
  default_clause,
  delete_clause,
  // Statements and expressions within bodies.
  return_,
  throw_,
  yield,
  call,
  compound_literal,
};

struct Grammar {
  const TSLanguage* language;
  Types<Type> type;
  TSFieldId name, body, type_field, declarator, parameters, value, function;
  TSFieldId scope, default_value;  // C++ only, 0 in C: no node has them
};

// Made at the first call; immutable. Throws std::logic_error where a pinned grammar does not know a
// name.
const Grammar& c_grammar();
const Grammar& cpp_grammar();

}  // namespace docwright::outline::cfamily
