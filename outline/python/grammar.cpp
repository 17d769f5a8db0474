#include "outline/python/grammar.h"

namespace docwright::outline::python {
namespace {

Grammar make() {
  const outline::Grammar of(python_language());
  return {
      .type = of.types<Type>({
          {"function_definition", Type::function},
          {"class_definition", Type::class_},
          {"decorated_definition", Type::decorated},
          {"decorator", Type::decorator},
          {"lambda", Type::lambda},
          {"comment", Type::comment},
          {"return_statement", Type::return_},
          {"yield", Type::yield},
          {"raise_statement", Type::raise},
          {"assignment", Type::assignment},
          {"call", Type::call},
          {"attribute", Type::attribute},
          {"identifier", Type::identifier},
          {"none", Type::none},
          {"string", Type::string},
          {"concatenated_string", Type::concatenated_string},
          {"expression_statement", Type::expression_statement},
          {"expression_list", Type::expression_list},
          {"parenthesized_expression", Type::parenthesized},
          {"pass_statement", Type::pass},
          {"ellipsis", Type::ellipsis},
          {"parameters", Type::parameters},
          {"typed_parameter", Type::typed_parameter},
          {"default_parameter", Type::default_parameter},
          {"typed_default_parameter", Type::typed_default_parameter},
          {"list_splat_pattern", Type::list_splat},
          {"dictionary_splat_pattern", Type::dictionary_splat},
          {"keyword_separator", Type::keyword_separator},
          {"positional_separator", Type::positional_separator},
      }),
      .name = of.field("name"),
      .parameters = of.field("parameters"),
      .return_type = of.field("return_type"),
      .body = of.field("body"),
      .type_parameters = of.field("type_parameters"),
      .value = of.field("value"),
      .type_field = of.field("type"),
      .function = of.field("function"),
      .attribute = of.field("attribute"),
      .object = of.field("object"),
      .left = of.field("left"),
      .right = of.field("right"),
      .cause = of.field("cause"),
  };
}

}  // namespace

const Grammar& grammar() {
  static const Grammar grammar = make();
  return grammar;
}

}  // namespace docwright::outline::python
