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

Parameter HeadReader::parameter(Node node) const {
  const Node declarator = node.field(g_.declarator);
  const Node name = declarator ? declared_name(declarator) : Node();
  const Node value = g_.default_value != 0 ? node.field(g_.default_value) : Node();
  Parameter parameter{.kind = g_.type(node) == Type::variadic_parameter_pack ? "variadic"
                                                                             : "positional"};
  if (!name) return parameter;
  parameter.name = text(name);
  // The type is what is left without the name: "int (*)(char)".
  const std::string before(source_.substr(node.begin(), name.begin() - node.begin()));
  const std::string after(source_.substr(name.end(), declarator.end() - name.end()));
  parameter.type = one_line(before + after, Comments::slashes, kTypeBytesMax);
  parameter.default_value = text(value);
  return parameter;
}

std::vector<Parameter> HeadReader::named_parameters(Node list) const {
  std::vector<Parameter> parameters;
  if (!list) return parameters;  // of a conversion
  for_each_child(list, [&](Node child, TSFieldId) {
    Parameter found;
    switch (g_.type(child)) {
      case Type::parameter:
      case Type::optional_parameter:
      case Type::variadic_parameter_pack:
        found = parameter(child);
        break;
      case Type::type_parameter:
        found = type_parameter(child);
        break;
      default:
        return true;
    }
    if (!found.name.empty()) parameters.push_back(std::move(found));
    return true;
  });
  return parameters;
}

std::vector<Parameter> HeadReader::parameters(const FunctionHead& head) const {
  return named_parameters(head.declarator.field(g_.parameters));
}

std::vector<Parameter> HeadReader::template_parameters(Node list) const {
  return named_parameters(list);
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
