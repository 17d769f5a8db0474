#include "outline/cfamily/head.h"

#include <algorithm>
#include <array>

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

void add_once(std::vector<std::string>& flags, std::string_view flag) {
  if (std::ranges::find(flags, flag) == flags.end()) flags.emplace_back(flag);
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
      return true;
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

std::vector<Parameter> HeadReader::parameters(const FunctionHead& head) const {
  std::vector<Parameter> parameters;
  const Node list = head.declarator.field(g_.parameters);
  if (!list) return parameters;  // a conversion
  for_each_child(list, [&](Node child, TSFieldId) {
    const Type type = g_.type(child);
    if (type != Type::parameter && type != Type::optional_parameter &&
        type != Type::variadic_parameter_pack)
      return true;
    Parameter found = parameter(child);
    if (!found.name.empty()) parameters.push_back(std::move(found));
    return true;
  });
  return parameters;
}

// "typename T", "int N = 3", "class... Args", "template <class> class Q": the name is the last
// identifier before any "=".
std::vector<Parameter> HeadReader::template_parameters(Node list) const {
  std::vector<Parameter> parameters;
  for_each_child(list, [&](Node child, TSFieldId) {
    const Type type = g_.type(child);
    if (type == Type::parameter || type == Type::optional_parameter ||
        type == Type::variadic_parameter_pack) {
      Parameter found = parameter(child);
      if (!found.name.empty()) parameters.push_back(std::move(found));
    } else if (type == Type::type_parameter) {
      Node name;
      std::uint32_t equals = child.end();
      for_each_child(child, [&](Node part, TSFieldId) {
        if (part.text(source_) == "=") equals = part.begin();
        if (part.begin() < equals && g_.type(part) == Type::identifier) name = part;
        if (part.begin() < equals && g_.type(part) == Type::type_parameter) {
          for_each_child(part, [&](Node word, TSFieldId) {
            if (g_.type(word) == Type::identifier) name = word;
            return true;
          });
        }
        return true;
      });
      if (!name) return true;
      const auto piece = [&](std::uint32_t begin, std::uint32_t end) {
        return trimmed(
            one_line(source_.substr(begin, end - begin), Comments::slashes, kTypeBytesMax));
      };
      Parameter found{
          .name = text(name), .type = piece(child.begin(), name.begin()), .kind = "positional"};
      if (found.type.ends_with("...")) found.kind = "variadic";
      if (equals < child.end()) found.default_value = piece(equals + 1, child.end());
      parameters.push_back(std::move(found));
    }
    return true;
  });
  return parameters;
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
  return words + head.pointers;
}

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
