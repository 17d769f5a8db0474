#include "outline/cfamily/throws.h"

#include <algorithm>
#include <array>

namespace docwright::outline::cfamily {
namespace {

std::string without_qualifiers(std::string type) {
  if (type.starts_with("const ")) type.erase(0, 6);
  while (!type.empty() && (type.back() == ' ' || type.back() == '&')) type.pop_back();
  return type.ends_with('*') || type == "auto" ? std::string() : type;
}

// "X" of X(...); of a named constructor X::create(...) likewise. A function that makes exceptions
// tells no type.
std::string called_type(std::string name) {
  static constexpr std::array<std::string_view, 5> kMakers{"make", "create", "get", "build",
                                                           "current_exception"};
  const std::size_t scope = name.rfind("::");
  const std::string_view last =
      std::string_view(name).substr(scope == std::string::npos ? 0 : scope + 2);
  if (last == "create" && scope != std::string::npos) return name.substr(0, scope);
  if (std::ranges::any_of(kMakers, [&](std::string_view maker) { return last.starts_with(maker); }))
    return {};
  return name;
}

class Thrown {
 public:
  Thrown(const Grammar& grammar, std::string_view source)
      : g_(grammar), heads_(grammar, source, source) {}

  std::string of(Node expression) const {
    switch (g_.type(expression)) {
      case Type::call: {
        const Node function = expression.field(g_.function);
        const Type type = function ? g_.type(function) : Type::other;
        const bool names =
            type == Type::identifier || type == Type::qualified || type == Type::template_function;
        return names ? called_type(heads_.text(function)) : std::string();
      }
      case Type::compound_literal:
        return heads_.text(expression.field(g_.type_field));
      default:
        return {};
    }
  }

  // The declared type of the variable, where this declaration declares it.
  std::string of(Node declaration, std::string_view variable) const {
    std::string found;
    for_each_child(declaration, [&](Node child, TSFieldId field) {
      if (field != g_.declarator || heads_.text(heads_.declared_name(child)) != variable)
        return true;
      found = without_qualifiers(heads_.text(declaration.field(g_.type_field)));
      const Node value = child.field(g_.value);
      if (found.empty() && value) found = of(value);
      return false;
    });
    return found;
  }

 private:
  const Grammar& g_;
  HeadReader heads_;
};

}  // namespace

std::string thrown_type(const Grammar& grammar, std::string_view source, Node statement,
                        std::span<const Node> locals, std::span<const Parameter> parameters) {
  const Node value = first_named(statement);
  if (!value) return {};
  const Thrown thrown(grammar, source);
  if (grammar.type(value) != Type::identifier) return thrown.of(value);
  const std::string_view name = value.text(source);
  for (auto local = locals.rbegin(); local != locals.rend(); ++local) {
    if (std::string type = thrown.of(*local, name); !type.empty()) return type;
  }
  const auto parameter = std::ranges::find(parameters, name, &Parameter::name);
  return parameter == parameters.end() ? std::string() : without_qualifiers(parameter->type);
}

}  // namespace docwright::outline::cfamily
