// The node types and fields of tree-sitter-python that carry facts.
#pragma once
#include <cstdint>

#include "outline/syntax/tree.h"

namespace docwright::outline::python {

enum class Type : std::uint8_t {
  other,
  function,
  class_,
  decorated,
  decorator,
  lambda,
  comment,
  return_,
  yield,
  raise,
  assignment,
  call,
  attribute,
  identifier,
  none,
  string,
  concatenated_string,
  expression_statement,
  expression_list,
  parenthesized,
  pass,
  ellipsis,
  parameters,
  typed_parameter,
  default_parameter,
  typed_default_parameter,
  list_splat,
  dictionary_splat,
  keyword_separator,
  positional_separator,
};

struct Grammar {
  Types<Type> type;
  TSFieldId name, parameters, return_type, body, type_parameters, value, type_field, function,
      attribute, object, left, right, cause;
};

// Made at the first call; immutable. Throws std::logic_error where the pinned grammar does not know
// a name.
const Grammar& grammar();

}  // namespace docwright::outline::python
