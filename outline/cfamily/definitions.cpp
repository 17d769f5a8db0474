// Reader's part for each kind of definition.
#include <algorithm>

#include "outline/cfamily/reader.h"
#include "outline/cfamily/soundness.h"
#include "outline/syntax/text.h"

namespace docwright::outline::cfamily {
namespace {

Kind kind_of(Type type) {
  switch (type) {
    case Type::struct_:
      return Kind::struct_;
    case Type::union_:
      return Kind::union_;
    case Type::enum_:
      return Kind::enum_;
    default:
      return Kind::class_;
  }
}

std::string_view last_part(std::string_view scoped) {
  const std::size_t at = scoped.rfind("::");
  return at == std::string_view::npos ? scoped : scoped.substr(at + 2);
}

}  // namespace

void Reader::enter_namespace(Node node) {
  const Wrapped in = wrapped(node);
  if (!is_sound(node, in)) return push({.what = Scope::What::dropped, .node = node});
  std::string name = heads_.text(node.field(g_.name));
  std::erase(name, ' ');
  const bool local = name.empty() || (scope() != nullptr && scope()->local);
  std::int32_t index = -1;
  std::string within = prefix();
  if (!name.empty()) {
    const Node body = node.field(g_.body);
    Definition definition{
        .kind = Kind::namespace_, .name = std::string(last_part(name)), .symbol = within + name};
    index = add(std::move(definition), in, body ? body.begin() : node.end());
    within += name + "::";
  }
  push({.what = Scope::What::namespace_,
        .node = node,
        .definition = index,
        .prefix = within,
        .name = name,
        .local = local});
}

// "typedef struct { ... } Name;" and "struct { ... } name;" name their type behind it.
std::string Reader::name_by_declarator(const Wrapped& in) const {
  if (!in.named_by) return {};
  const Node declarator = in.named_by.field(g_.declarator);
  return declarator ? heads_.text(heads_.declared_name(declarator)) : std::string();
}

void Reader::enter_type(Node node, Type type) {
  const Node body = node.field(g_.body);
  if (!body) return;
  const Wrapped in = wrapped(node);
  if (!is_sound(node, in)) return push({.what = Scope::What::dropped, .node = node});
  std::string name = heads_.text(node.field(g_.name));
  if (in.is_typedef || name.empty()) {
    if (std::string behind = name_by_declarator(in); !behind.empty()) name = std::move(behind);
  }
  const bool is_enum = type == Type::enum_;
  Scope inside{.what = Scope::What::class_,
               .node = node,
               .prefix = prefix(),
               .name = std::string(last_part(name))};
  inside.access = type == Type::class_ ? "private" : "public";
  if (!name.empty()) {
    Definition definition{.kind = kind_of(type), .symbol = prefix() + name};
    definition.name = last_part(std::string_view(name).substr(0, name.find('<')));
    if (is_enum && one_line(text_.substr(node.begin(), body.begin() - node.begin()),
                            Comments::slashes, kTypeBytesMax)
                       .starts_with("enum class")) {
      definition.flags.emplace_back("scoped");
    }
    inside.prefix = definition.symbol + "::";
    inside.name = definition.name;
    inside.definition = add(std::move(definition), in, body.begin());
    if (in.is_typedef) builder_.at(inside.definition).signature += " " + name;
  }
  push(std::move(inside));
}

Definition Reader::function(Node node, const FunctionHead& head, const Wrapped& in) const {
  Definition definition{.name = head.name,
                        .parameters = heads_.parameters(node, head),
                        .flags = heads_.flags(node, head)};
  definition.symbol = prefix() + (head.scope.empty() ? "" : head.scope + "::") +
                      (head.specialised.empty() ? head.name : head.specialised);
  definition.return_type = heads_.return_type(node, head);
  const bool in_class = scope() != nullptr && scope()->what == Scope::What::class_ && !in.is_friend;
  const std::string_view class_name =
      in_class ? std::string_view(scope()->name) : last_part(head.scope);
  if (head.what == FunctionHead::What::destructor) {
    definition.kind = Kind::destructor;
  } else if (head.what == FunctionHead::What::operator_) {
    definition.kind = Kind::operator_;
  } else if (!class_name.empty() && head.name == class_name) {
    definition.kind = Kind::constructor;
    definition.return_type.reset();
  } else {
    definition.kind = in_class || !head.scope.empty() ? Kind::method : Kind::function;
  }
  if (definition.return_type) {
    const std::string& type = *definition.return_type;
    definition.returns_value = type != "void" && type != "auto" && type != "decltype(auto)";
  }
  return definition;
}

void Reader::enter_function(Node node) {
  const Wrapped in = wrapped(node);
  const Node declarator = node.field(g_.declarator);
  const auto head = declarator ? heads_.function(declarator) : std::nullopt;
  if (!head || !is_sound(node, in)) {
    builder_.add_broken(in.outer.range());
    return push({.what = Scope::What::dropped, .node = node});
  }
  std::uint32_t head_end = node.end();
  for_each_child(node, [&](Node child, TSFieldId field) {
    if (field == g_.body || g_.type(child) == Type::initializers)
      head_end = std::min(head_end, child.begin());
    return true;
  });
  const std::int32_t index = add(function(node, *head, in), in, head_end);
  push({.what = Scope::What::function, .node = node, .definition = index});
}

// A prototype, or the declaration of a member function.
void Reader::declare(Node node) {
  const Node declarator = node.field(g_.declarator);
  if (!declarator) return;
  const auto head = heads_.function(declarator);
  if (!head) return;
  const Wrapped in = wrapped(node);
  if (!is_sound(node, in)) return;
  Definition definition = function(node, *head, in);
  definition.flags.emplace_back("declaration");
  add(std::move(definition), in, node.end());
}

void Reader::define_alias(Node node) {
  const Wrapped in = wrapped(node);
  if (!is_sound(node, in)) return;
  const bool is_concept = g_.type(node) == Type::concept_;
  const std::string name = heads_.text(node.field(g_.name));
  Definition definition{.kind = is_concept ? Kind::concept_ : Kind::type_alias,
                        .name = name,
                        .symbol = prefix() + name};
  add(std::move(definition), in, node.end());
}

void Reader::define_typedef(Node node) {
  const Node type = node.field(g_.type_field), declarator = node.field(g_.declarator);
  if (!type || !declarator || type.field(g_.body))
    return;  // with a body, the type itself is the definition
  const Wrapped in = wrapped(node);
  const std::string name = heads_.text(heads_.declared_name(declarator));
  if (name.empty() || !is_sound(node, in)) return;
  add({.kind = Kind::type_alias, .name = name, .symbol = prefix() + name}, in, node.end());
}

void Reader::define_macro(Node node) {
  const Node name = node.field(g_.name), parameters = node.field(g_.parameters);
  if (!name || !parameters || has_error(parameters)) return;
  Definition definition{
      .kind = Kind::macro, .name = heads_.text(name), .symbol = heads_.text(name)};
  for_each_child(parameters, [&](Node child, TSFieldId) {
    if (g_.type(child) == Type::identifier)
      definition.parameters.push_back({.name = heads_.text(child), .kind = "positional"});
    if (child.text(text_) == "...") definition.flags.emplace_back("variadic");
    return true;
  });
  definition.returns_value = false;
  add(std::move(definition), {.outer = node}, parameters.end());
}

}  // namespace docwright::outline::cfamily
