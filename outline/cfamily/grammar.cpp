#include "outline/cfamily/grammar.h"

namespace docwright::outline::cfamily {
namespace {

using Names = std::initializer_list<std::pair<std::string_view, Type>>;

constexpr Names kBoth{
    {"comment", Type::comment},
    {"function_definition", Type::function},
    {"declaration", Type::declaration},
    {"field_declaration", Type::field_declaration},
    {"type_definition", Type::type_definition},
    {"struct_specifier", Type::struct_},
    {"union_specifier", Type::union_},
    {"enum_specifier", Type::enum_},
    {"preproc_function_def", Type::macro},
    {"linkage_specification", Type::linkage},
    {"declaration_list", Type::declaration_list},
    {"field_declaration_list", Type::braces},
    {"compound_statement", Type::braces},
    {"enumerator_list", Type::braces},
    {"initializer_list", Type::braces},
    {"function_declarator", Type::function_declarator},
    {"pointer_declarator", Type::pointer_declarator},
    {"parenthesized_declarator", Type::parenthesized_declarator},
    {"array_declarator", Type::array_declarator},
    {"init_declarator", Type::init_declarator},
    {"attributed_declarator", Type::attributed_declarator},
    {"identifier", Type::identifier},
    {"field_identifier", Type::identifier},
    {"type_identifier", Type::identifier},
    {"primitive_type", Type::identifier},
    {"parameter_declaration", Type::parameter},
    {"storage_class_specifier", Type::storage_class},
    {"type_qualifier", Type::qualifier},
    {"attribute_declaration", Type::attribute},
    {"return_statement", Type::return_},
    {"call_expression", Type::call},
};

constexpr Names kCpp{
    {"class_specifier", Type::class_},
    {"namespace_definition", Type::namespace_},
    {"alias_declaration", Type::alias},
    {"concept_definition", Type::concept_},
    {"template_declaration", Type::template_},
    {"friend_declaration", Type::friend_},
    {"access_specifier", Type::access},
    {"lambda_expression", Type::lambda},
    {"reference_declarator", Type::reference_declarator},
    {"variadic_declarator", Type::variadic_declarator},
    {"namespace_identifier", Type::identifier},
    {"qualified_identifier", Type::qualified},
    {"destructor_name", Type::destructor_name},
    {"operator_name", Type::operator_name},
    {"operator_cast", Type::operator_cast},
    {"template_function", Type::template_function},
    {"template_type", Type::template_type},
    {"optional_parameter_declaration", Type::optional_parameter},
    {"variadic_parameter_declaration", Type::variadic_parameter_pack},
    {"type_parameter_declaration", Type::type_parameter},
    {"optional_type_parameter_declaration", Type::type_parameter},
    {"variadic_type_parameter_declaration", Type::type_parameter},
    {"template_template_parameter_declaration", Type::type_parameter},
    {"template_parameter_list", Type::template_parameter_list},
    {"virtual_specifier", Type::virtual_specifier},
    {"explicit_function_specifier", Type::explicit_},
    {"noexcept", Type::noexcept_},
    {"trailing_return_type", Type::trailing_return},
    {"field_initializer_list", Type::initializers},
    {"placeholder_type_specifier", Type::placeholder_type},
    {"default_method_clause", Type::default_clause},
    {"delete_method_clause", Type::delete_clause},
    {"throw_statement", Type::throw_},
    {"co_yield_statement", Type::yield},
    {"compound_literal_expression", Type::compound_literal},
};

Grammar make(const TSLanguage* language, bool cpp) {
  const outline::Grammar of(language);
  return {
      .language = language,
      .type = cpp ? of.types<Type>(kBoth, kCpp) : of.types<Type>(kBoth),
      .name = of.field("name"),
      .body = of.field("body"),
      .type_field = of.field("type"),
      .declarator = of.field("declarator"),
      .parameters = of.field("parameters"),
      .value = of.field("value"),
      .function = of.field("function"),
      .scope = cpp ? of.field("scope") : TSFieldId{0},
      .default_value = cpp ? of.field("default_value") : TSFieldId{0},
  };
}

}  // namespace

const Grammar& c_grammar() {
  static const Grammar grammar = make(c_language(), false);
  return grammar;
}

const Grammar& cpp_grammar() {
  static const Grammar grammar = make(cpp_language(), true);
  return grammar;
}

}  // namespace docwright::outline::cfamily
