#include "outline/cfamily/head.h"

#include <algorithm>

#include "outline/syntax/text.h"

namespace docwright::outline::cfamily {
namespace {

bool is_space(char c) {
  return c == ' ';
}

// "operator ==" as "operator==", "operator  new" as "operator new".
std::string operator_text(std::string text) {
  static constexpr std::string_view kOperator = "operator";
  std::string rest = text.substr(std::min(kOperator.size(), text.size()));
  rest.erase(rest.begin(), std::ranges::find_if_not(rest, is_space));
  const bool is_word = !rest.empty() && ((rest[0] >= 'a' && rest[0] <= 'z') || rest[0] == '_');
  if (!is_word) std::erase(rest, ' ');
  return std::string(kOperator) + (is_word ? " " : "") + rest;
}

// "basic_json<T>" as "basic_json".
std::string without_arguments(std::string name) {
  name.resize(std::min(name.find('<'), name.size()));
  while (!name.empty() && name.back() == ' ') name.pop_back();
  return name;
}

// What a parser that lost its way takes for a function without a type.
bool is_statement_word(std::string_view name) {
  return name == "catch" || name == "if" || name == "for" || name == "while" || name == "switch";
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
  return text;
}

}  // namespace

std::string HeadReader::text(Node node) const {
  return node ? one_line(node.text(source_), Comments::slashes, kTypeBytesMax) : std::string();
}

// The declarator within: by its field, or the last named child (references, parentheses).
Node HeadReader::inner(Node declarator) const {
  if (const Node child = declarator.field(g_.declarator)) return child;
  const std::uint32_t count = declarator.named_child_count();
  return count > 0 ? declarator.named_child(count - 1) : Node();
}

Node HeadReader::declared_name(Node declarator) const {
  while (declarator) {
    switch (g_.type(declarator)) {
      case Type::function_declarator:
      case Type::pointer_declarator:
      case Type::reference_declarator:
      case Type::parenthesized_declarator:
      case Type::array_declarator:
      case Type::init_declarator:
      case Type::attributed_declarator:
      case Type::variadic_declarator:
        declarator = inner(declarator);
        break;
      case Type::identifier:
      case Type::qualified:
      case Type::destructor_name:
      case Type::operator_name:
      case Type::operator_cast:
      case Type::template_function:
        return declarator;
      default:
        return {};
    }
  }
  return {};
}

std::optional<FunctionHead> HeadReader::function(Node declarator) const {
  FunctionHead head;
  Node node = declarator;
  while (node) {
    const Type type = g_.type(node);
    if (type == Type::function_declarator) {
      head.declarator = node;
    } else if (type == Type::pointer_declarator || type == Type::reference_declarator) {
      // What was a function so far is a pointer to one.
      head.declarator = {};
      const Node child = inner(node);
      if (child)
        head.pointers += one_line(code_.substr(node.begin(), child.begin() - node.begin()),
                                  Comments::slashes, kTypeBytesMax);
    } else if (type == Type::array_declarator) {
      head.declarator = {};
    } else if (type != Type::parenthesized_declarator && type != Type::init_declarator &&
               type != Type::attributed_declarator) {
      break;
    }
    node = inner(node);
  }
  if (!node || !name_function(node, head) || !head.declarator) return std::nullopt;
  return head;
}

// a::b::name; false where the node is no name of a function.
bool HeadReader::name_function(Node name, FunctionHead& head) const {
  while (g_.type(name) == Type::qualified) {
    const std::string scope = without_arguments(text(name.field(g_.scope)));
    if (!scope.empty()) head.scope += (head.scope.empty() ? "" : "::") + scope;
    name = name.field(g_.name);
    if (!name) return false;
  }
  switch (g_.type(name)) {
    case Type::identifier:
      head.name = text(name);
      return !is_statement_word(head.name);
    case Type::template_function:
      head.name = text(name.field(g_.name));
      head.specialised = text(name);
      return true;
    case Type::destructor_name:
      head.name = text(name);
      std::erase(head.name, ' ');
      head.what = FunctionHead::What::destructor;
      return true;
    case Type::operator_name:
      head.name = operator_text(text(name));
      head.what = FunctionHead::What::operator_;
      return true;
    case Type::operator_cast: {
      head.declarator = name;
      head.what = FunctionHead::What::operator_;
      const Node end = name.field(g_.declarator);
      const std::uint32_t until = end ? end.begin() : name.end();
      head.name = one_line(source_.substr(name.begin(), until - name.begin()), Comments::slashes,
                           kNameBytesMax);
      return true;
    }
    default:
      return false;
  }
}
std::optional<std::string> HeadReader::return_type(Node definition,
                                                   const FunctionHead& head) const {
  if (g_.type(head.declarator) == Type::operator_cast)
    return head.name.substr(std::string_view("operator ").size());
  Node trailing;
  for_each_child(head.declarator, [&](Node child, TSFieldId) {
    if (g_.type(child) == Type::trailing_return) trailing = child;
    return true;
  });
  if (trailing) return trimmed(text(trailing).substr(2));
  const Node type = definition.field(g_.type_field);
  if (!type) return std::nullopt;
  std::string words;
  for_each_child(definition, [&](Node child, TSFieldId) {
    if (child.begin() >= head.declarator.begin()) return false;
    const std::string word = text(child);
    const bool qualifies =
        g_.type(child) == Type::qualifier && (word == "const" || word == "volatile");
    if (qualifies || child == type) words += (words.empty() ? "" : " ") + word;
    return true;
  });
  const std::string around = result_around(definition, head);
  return words + (around.empty() ? head.pointers : around);
}

// " (*)(char)" of "int (*choose(int x))(char)", whose result is a pointer to a function or array;
// empty where the result's type stands before the name alone.
std::string HeadReader::result_around(Node definition, const FunctionHead& head) const {
  const Node whole = definition.field(g_.declarator);
  Node outer = whole;
  while (outer && (g_.type(outer) == Type::pointer_declarator ||
                   g_.type(outer) == Type::reference_declarator))
    outer = inner(outer);
  const bool encloses =
      outer && !(outer == head.declarator) &&
      (g_.type(outer) == Type::function_declarator || g_.type(outer) == Type::array_declarator) &&
      g_.type(inner(outer)) == Type::parenthesized_declarator;
  if (!encloses) return {};
  return " " + around(head.declarator, whole.begin(), outer.end());
}

}  // namespace docwright::outline::cfamily
