#include "outline/python/facts.h"

#include <algorithm>
#include <array>

#include "outline/syntax/text.h"

namespace docwright::outline::python {
namespace {

struct Decorator {
  std::string_view name, flag;
};
constexpr std::array<Decorator, 9> kDecorators{{{"staticmethod", "static"},
                                                {"classmethod", "class"},
                                                {"property", "property"},
                                                {"cached_property", "property"},
                                                {"setter", "property"},
                                                {"abstractmethod", "abstract"},
                                                {"override", "override"},
                                                {"overload", "overload"},
                                                {"deprecated", "deprecated"}}};

std::string words(Node node, std::string_view source, std::size_t bytes_max = kTypeBytesMax) {
  return node ? one_line(node.text(source), Comments::hash, bytes_max) : std::string();
}

std::string_view without_stars(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of("* \t\n"), name.size()));
  return name;
}

std::string_view kind_of(std::string_view name, bool after_star) {
  if (name.starts_with("**")) return "keyword_variadic";
  if (name.starts_with("*")) return "variadic";
  return after_star ? "keyword" : "positional_or_keyword";
}

Parameter parameter_of(Node node, std::string_view source, bool after_star) {
  const Grammar& g = grammar();
  Node name = node.field(g.name);
  if (!name) name = g.type(node) == Type::typed_parameter ? node.named_child(0) : node;
  const std::string text = words(name, source, kNameBytesMax);
  return {
      .name = std::string(without_stars(text)),
      .type = words(node.field(g.type_field), source),
      .default_value = words(node.field(g.value), source),
      .kind = std::string(kind_of(text, after_star)),
  };
}

Node docstring_literal(Node statement) {
  const Grammar& g = grammar();
  if (!statement || g.type(statement) != Type::expression_statement ||
      statement.named_child_count() != 1)
    return {};
  const Node literal = statement.named_child(0);
  const Type type = g.type(literal);
  return type == Type::string || type == Type::concatenated_string ? literal : Node();
}

}  // namespace

std::vector<Parameter> parameters_of(Node list, std::string_view source) {
  std::vector<Parameter> parameters;
  bool after_star = false;
  for_each_child(list, [&](Node child, TSFieldId) {
    switch (grammar().type(child)) {
      case Type::positional_separator:
        for (Parameter& parameter : parameters) parameter.kind = "positional";
        break;
      case Type::keyword_separator:
        after_star = true;
        break;
      default:
        if (!child.is_named() || child.is_extra() || child.is_error()) break;
        parameters.push_back(parameter_of(child, source, after_star));
        if (parameters.back().kind == "variadic") after_star = true;
    }
    return true;
  });
  return parameters;
}

// "T", "T: bound", "*Ts", "**P", "T = default".
std::vector<Parameter> type_parameters_of(Node list, std::string_view source) {
  std::vector<Parameter> parameters;
  if (!list) return parameters;
  for_each_child(list, [&](Node child, TSFieldId) {
    if (!child.is_named() || child.is_extra()) return true;
    const std::string text = words(child, source);
    const std::size_t colon = text.find(':'), equals = text.find('=');
    const auto trimmed = [](std::string_view part) {
      part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
      return std::string(part.substr(0, part.find_last_not_of(' ') + 1));
    };
    Parameter parameter;
    parameter.name =
        trimmed(without_stars(std::string_view(text).substr(0, std::min(colon, equals))));
    if (colon < equals)
      parameter.type = trimmed(std::string_view(text).substr(
          colon + 1, equals == std::string::npos ? equals : equals - colon - 1));
    if (equals != std::string::npos)
      parameter.default_value = trimmed(std::string_view(text).substr(equals + 1));
    parameter.kind = text.starts_with('*') ? "variadic" : "positional";
    parameters.push_back(std::move(parameter));
    return true;
  });
  return parameters;
}

std::optional<Range> docstring_of(Node body, std::string_view source) {
  const Node literal = docstring_literal(first_named(body));
  if (!literal) return std::nullopt;
  // Bytes and f-strings are expressions, no documentation.
  const std::string_view prefix =
      literal.text(source).substr(0, literal.text(source).find_first_of("'\""));
  if (prefix.find_first_of("bBfFtT") != std::string_view::npos) return std::nullopt;
  return literal.range();
}

bool is_stub(Node body) {
  const Grammar& g = grammar();
  bool stub = true;
  for_each_child(body, [&](Node child, TSFieldId) {
    const Type type = g.type(child);
    const bool ellipsis =
        type == Type::expression_statement && g.type(child.named_child(0)) == Type::ellipsis;
    const bool says_nothing = child.is_extra() || type == Type::pass || type == Type::raise ||
                              ellipsis || docstring_literal(child);
    stub = stub && (says_nothing || !child.is_named());
    return stub;
  });
  return stub;
}

std::string dotted_name(Node expression, std::string_view source) {
  const Grammar& g = grammar();
  if (expression && g.type(expression) == Type::call) expression = expression.field(g.function);
  const Node whole = expression;
  while (expression && g.type(expression) == Type::attribute)
    expression = expression.field(g.object);
  if (!expression || g.type(expression) != Type::identifier) return {};
  std::string name = words(whole, source, kNameBytesMax);
  std::erase(name, ' ');
  return name;
}

bool names_exception_type(std::string_view dotted) {
  std::string_view last = dotted.substr(dotted.rfind('.') + 1);
  const bool of_self = dotted.starts_with("self.") || dotted.starts_with("cls.");
  last.remove_prefix(std::min(last.find_first_not_of('_'), last.size()));
  if (last.empty()) return false;
  const bool upper =
      (last[0] >= 'A' && last[0] <= 'Z') || (static_cast<unsigned char>(last[0]) & 0x80) != 0;
  if (upper) return true;
  return !of_self &&
         (last == "error" || last == "timeout" || last == "herror" || last == "gaierror");
}

std::vector<std::string> flags_of(Node function, Node outer, std::string_view source) {
  std::vector<std::string> flags;
  if (function.text(source).starts_with("async")) flags.emplace_back("async");
  if (outer == function) return flags;
  for_each_child(outer, [&](Node child, TSFieldId) {
    if (grammar().type(child) != Type::decorator) return true;
    const std::string decorator = dotted_name(child.named_child(0), source);
    const std::string_view last = std::string_view(decorator).substr(decorator.rfind('.') + 1);
    for (const auto& [name, flag] : kDecorators) {
      if (last == name) flags.emplace_back(flag);
    }
    return true;
  });
  return flags;
}

}  // namespace docwright::outline::python
