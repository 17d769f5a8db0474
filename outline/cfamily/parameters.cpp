// HeadReader's part for parameters of functions and templates.
#include <algorithm>

#include "outline/cfamily/head.h"
#include "outline/syntax/text.h"

namespace docwright::outline::cfamily {
namespace {

bool is_space(char c) {
  return c == ' ';
}
std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
  return text;
}

}  // namespace

// What is left without the name: "int (*)(char)" of "int (*call)(char)".
std::string HeadReader::around(Node name, std::uint32_t begin, std::uint32_t end) const {
  const std::string before(source_.substr(begin, name.begin() - begin));
  const std::string after(source_.substr(name.end(), end - name.end()));
  return one_line(before + after, Comments::slashes, kTypeBytesMax);
}

Parameter HeadReader::parameter(Node node) const {
  const Node declarator = node.field(g_.declarator);
  Node name = declarator ? declared_name(declarator) : Node();
  // "int A::* member": of the qualified name, the innermost.
  while (name && g_.type(name) != Type::identifier) name = inner(name);
  const Node value = g_.default_value != 0 ? node.field(g_.default_value) : Node();
  Parameter parameter{.kind = g_.type(node) == Type::variadic_parameter_pack ? "variadic"
                                                                             : "positional"};
  parameter.default_value = text(value);
  if (name) {
    parameter.name = text(name);
    parameter.type = around(name, node.begin(), declarator.end());
  } else {
    const std::uint32_t end = value ? value.begin() : node.end();
    std::string type(source_.substr(node.begin(), end - node.begin()));
    if (value) type.resize(std::min(type.rfind('='), type.size()));
    parameter.type = trimmed(one_line(type, Comments::slashes, kTypeBytesMax));
  }
  return parameter;
}

std::vector<Parameter> HeadReader::listed(Node list) const {
  std::vector<Parameter> parameters;
  if (!list) return parameters;  // of a conversion
  for_each_child(list, [&](Node child, TSFieldId) {
    switch (g_.type(child)) {
      case Type::parameter:
      case Type::optional_parameter:
      case Type::variadic_parameter_pack:
        parameters.push_back(parameter(child));
        break;
      case Type::type_parameter:
        parameters.push_back(type_parameter(child));
        break;
      case Type::identifier:  // int add(a, b) int a, b; { ... }
        parameters.push_back({.name = text(child), .kind = "positional"});
        break;
      default:
        break;
    }
    return true;
  });
  return parameters;
}

// C before it had prototypes declares its parameters between the list of their names and the body.
void HeadReader::add_old_style_types(Node definition, std::vector<Parameter>& parameters) const {
  for_each_child(definition, [&](Node declaration, TSFieldId) {
    const Node type =
        g_.type(declaration) == Type::declaration ? declaration.field(g_.type_field) : Node();
    if (!type) return true;
    const std::string words(source_.substr(declaration.begin(), type.end() - declaration.begin()));
    for_each_child(declaration, [&](Node declarator, TSFieldId field) {
      const Node name = field == g_.declarator ? declared_name(declarator) : Node();
      if (!name) return true;
      const auto found = std::ranges::find(parameters, text(name), &Parameter::name);
      if (found != parameters.end() && found->type.empty())
        found->type =
            trimmed(one_line(words + " " + around(name, declarator.begin(), declarator.end()),
                             Comments::slashes, kTypeBytesMax));
      return true;
    });
    return true;
  });
}

std::vector<Parameter> HeadReader::parameters(Node definition, const FunctionHead& head) const {
  std::vector<Parameter> parameters = listed(head.declarator.field(g_.parameters));
  if (parameters.size() == 1 && parameters[0].name.empty() && parameters[0].type == "void")
    parameters.clear();
  add_old_style_types(definition, parameters);
  return parameters;
}

std::vector<Parameter> HeadReader::template_parameters(Node list) const {
  std::vector<Parameter> parameters = listed(list);
  std::erase_if(parameters, [](const Parameter& parameter) { return parameter.name.empty(); });
  return parameters;
}

// "typename T", "class U = int", "class... Args", "template <class> class Q": the last identifier
// before any "=" is the name.
Parameter HeadReader::type_parameter(Node node) const {
  Node name;
  std::uint32_t equals = node.end();
  for_each_child(node, [&](Node part, TSFieldId) {
    if (part.text(source_) == "=") equals = part.begin();
    if (part.begin() >= equals) return false;
    if (g_.type(part) == Type::identifier) name = part;
    // "class Q" is a type parameter itself.
    if (g_.type(part) == Type::type_parameter && first_named(part)) name = first_named(part);
    return true;
  });
  if (!name) return {};
  const auto piece = [&](std::uint32_t begin, std::uint32_t end) {
    return trimmed(one_line(source_.substr(begin, end - begin), Comments::slashes, kTypeBytesMax));
  };
  Parameter found{
      .name = text(name), .type = piece(node.begin(), name.begin()), .kind = "positional"};
  if (found.type.ends_with("...")) found.kind = "variadic";
  if (equals < node.end()) found.default_value = piece(equals + 1, node.end());
  return found;
}

}  // namespace docwright::outline::cfamily
