// HeadReader's part for properties of functions.
#include <algorithm>

#include "outline/cfamily/head.h"

namespace docwright::outline::cfamily {
namespace {

void add_once(std::vector<std::string>& flags, std::string_view flag) {
  if (std::ranges::find(flags, flag) == flags.end()) flags.emplace_back(flag);
}

}  // namespace

std::vector<std::string> HeadReader::flags(Node definition, const FunctionHead& head) const {
  std::vector<std::string> flags;
  for_each_child(definition, [&](Node child, TSFieldId field) {
    if (field == g_.body) return false;
    switch (g_.type(child)) {
      case Type::storage_class:
        if (text(child) != "extern") add_once(flags, text(child));
        break;
      case Type::qualifier:
        if (text(child).starts_with("const") && text(child) != "const")
          add_once(flags, text(child));
        break;
      case Type::attribute:
        if (text(child).contains("deprecated")) add_once(flags, "deprecated");
        break;
      case Type::explicit_:
        add_once(flags, "explicit");
        break;
      case Type::default_clause:
        add_once(flags, "defaulted");
        break;
      case Type::delete_clause:
        add_once(flags, "deleted");
        break;
      case Type::init_declarator:
        if (text(child).ends_with("= 0")) add_once(flags, "abstract");
        break;
      case Type::virtual_:
        add_once(flags, "virtual");
        break;
      default:
        if (text(child) == "virtual") add_once(flags, "virtual");
    }
    if (g_.default_value != 0 && field == g_.default_value && text(child) == "0")
      add_once(flags, "abstract");
    return true;
  });
  declarator_flags(head.declarator, flags);
  return flags;
}

void HeadReader::declarator_flags(Node declarator, std::vector<std::string>& flags) const {
  // A conversion's qualifiers stand in the declarator within.
  if (g_.type(declarator) == Type::operator_cast) declarator = declarator.field(g_.declarator);
  if (!declarator) return;
  for_each_child(declarator, [&](Node child, TSFieldId field) {
    switch (g_.type(child)) {
      case Type::qualifier:
      case Type::virtual_specifier:
        add_once(flags, text(child));
        break;
      case Type::noexcept_:
        if (!text(child).ends_with("(false)")) add_once(flags, "noexcept");
        break;
      default:
        break;
    }
    if (field != g_.parameters) return true;
    for_each_child(child, [&](Node parameter, TSFieldId) {
      const Type type = g_.type(parameter);
      const bool many = type == Type::variadic_parameter_pack || parameter.text(source_) == "...";
      if (many) add_once(flags, "variadic");
      return true;
    });
    return true;
  });
}

}  // namespace docwright::outline::cfamily
