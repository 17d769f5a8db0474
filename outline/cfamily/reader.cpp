#include "outline/cfamily/reader.h"

#include <algorithm>

#include "outline/cfamily/prototypes.h"
#include "outline/cfamily/soundness.h"
#include "outline/cfamily/throws.h"
#include "outline/syntax/text.h"

namespace docwright::outline::cfamily {
namespace {

constexpr std::size_t kDepthMax = 100;

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

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

bool in_braces(Type type) {
  return type == Type::braces || type == Type::declaration_list;
}

std::string_view last_part(std::string_view scoped) {
  const std::size_t at = scoped.rfind("::");
  return at == std::string_view::npos ? scoped : scoped.substr(at + 2);
}

}  // namespace

Reader::Reader(Language language, std::string_view source, const Masked& masked)
    : g_(language == Language::cpp ? cpp_grammar() : c_grammar()),
      masked_(masked),
      text_(masked.text),
      code_(masked.code),
      builder_(language, source, masked.code),
      heads_(g_, masked.code, masked.text) {
  for (const Range& macro : masked.macros) {
    if (text_[macro.end - 1] != ':') builder_.add_macro(macro);  // a label leads nothing
  }
}

Outline Reader::read(Node root) {
  walk(root, *this);
  builder_.document_by_comments();
  drop_prototypes(builder_);
  return builder_.finish();
}

bool Reader::enter(Node node) {
  const bool harmless =
      node.is_missing() && !path_.empty() && is_harmless(node, path_.back().first);
  if (node.is_error() || (node.is_missing() && !harmless)) builder_.add_broken(node.range());
  const Type type = g_.type(node);
  if (type == Type::comment) {
    builder_.add_comment(node.range());
  } else if (!scopes_.empty() && (scopes_.back().what == Scope::What::function ||
                                  scopes_.back().what == Scope::What::opaque)) {
    within_body(node, type, scopes_.back());
  } else {
    dispatch(node, type);
  }
  path_.emplace_back(node, type);
  if (in_braces(type)) ++depth_;
  return true;
}

void Reader::leave(Node node) {
  if (in_braces(path_.back().second)) --depth_;
  path_.pop_back();
  if (scopes_.empty() || !(scopes_.back().node == node)) return;
  Scope& scope = scopes_.back();
  if (scope.what == Scope::What::function) {
    std::ranges::sort(scope.raises);
    scope.raises.erase(std::unique(scope.raises.begin(), scope.raises.end()), scope.raises.end());
    builder_.at(scope.definition).raises = std::move(scope.raises);
  }
  scopes_.pop_back();
}

void Reader::push(Scope scope) {
  scopes_.push_back(std::move(scope));
}

void Reader::dispatch(Node node, Type type) {
  switch (type) {
    case Type::namespace_:
      return enter_namespace(node);
    case Type::class_:
    case Type::struct_:
    case Type::union_:
    case Type::enum_:
      return enter_type(node, type);
    case Type::function:
      return enter_function(node);
    case Type::declaration:
    case Type::field_declaration:
      return declare(node);
    case Type::alias:
    case Type::concept_:
      return define_alias(node);
    case Type::type_definition:
      return define_typedef(node);
    case Type::macro:
      return define_macro(node);
    case Type::lambda:
      return push({.what = Scope::What::opaque, .node = node});
    case Type::access:
      // Not that of a base class.
      if (!scopes_.empty() && path_.back().second == Type::braces)
        scopes_.back().access = heads_.text(node);
      return;
    default:
      return;
  }
}

void Reader::within_body(Node node, Type type, Scope& in) {
  const bool local_class =
      (type == Type::class_ || type == Type::struct_ || type == Type::union_) &&
      node.field(g_.body);
  if (type == Type::lambda || local_class) return push({.what = Scope::What::opaque, .node = node});
  if (in.what == Scope::What::opaque) return;
  Definition& function = builder_.at(in.definition);
  switch (type) {
    case Type::return_: {
      // Elsewhere the declared type says it.
      const bool deduced = !function.return_type || function.return_type->contains("auto");
      const bool may = function.kind != Kind::constructor && function.kind != Kind::destructor;
      if (deduced && may && node.named_child_count() > 0) function.returns_value = true;
      return;
    }
    case Type::yield:
      if (!function.yields) function.flags.emplace_back("generator");
      function.yields = true;
      return;
    case Type::declaration:
      in.locals.push_back(node);
      return;
    case Type::throw_:
      if (std::string thrown = thrown_type(g_, text_, node, in.locals, function.parameters);
          !thrown.empty()) {
        in.raises.push_back(std::move(thrown));
      }
      return;
    default:
      return;
  }
}

Reader::Wrapped Reader::wrapped(Node node) const {
  Wrapped in{.outer = node};
  for (auto above = path_.rbegin(); above != path_.rend(); ++above) {
    const auto& [wrapper, type] = *above;
    const bool uses_type = type == Type::declaration || type == Type::field_declaration ||
                           type == Type::type_definition;
    if (type == Type::template_) {
      in.templates.insert(in.templates.begin(), wrapper.field(g_.parameters));
    } else if (type == Type::friend_) {
      in.is_friend = true;
    } else if (uses_type && in.outer == node) {
      in.named_by = wrapper;
      in.is_typedef = type == Type::type_definition;
    } else if (type != Type::linkage) {
      break;
    } else if (g_.type(wrapper.field(g_.body)) == Type::declaration_list) {
      break;
    }
    in.outer = wrapper;
  }
  return in;
}

// Its head parsed, and it stands where definitions can stand.
bool Reader::is_sound(Node node, const Wrapped& in) const {
  if (scopes_.size() > kDepthMax ||
      (!scopes_.empty() && scopes_.back().what == Scope::What::dropped))
    return false;
  for (const Node& list : in.templates) {
    if (!list || has_error(list)) return false;
  }
  if (!is_at_its_depth(node)) return false;
  bool sound = true;
  for_each_child(node, [&](Node child, TSFieldId field) {
    const bool body = field == g_.body || g_.type(child) == Type::initializers;
    sound = body || !has_error(child);
    return sound;
  });
  return sound;
}

// As many braces are open before it as it has scopes around it. Where an error lost a class's head,
// its members come out of the parser as functions of the file: those are not what they seem.
bool Reader::is_at_its_depth(Node node) const {
  const auto before = [&](const std::vector<std::uint32_t>& places) {
    return std::lower_bound(places.begin(), places.end(), node.begin()) - places.begin();
  };
  return before(masked_.open_braces) - before(masked_.close_braces) ==
         static_cast<std::ptrdiff_t>(depth_);
}

std::int32_t Reader::parent() const {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (scope->definition >= 0) return scope->definition;
  }
  return -1;
}

Range Reader::with_semicolon(Range range) const {
  if (range.end < code_.size() && code_[range.end] == ';') ++range.end;
  return range;
}

std::string Reader::visibility(const Definition& definition) const {
  const Scope* in = scope();
  if (in != nullptr && in->what == Scope::What::class_)
    return in->access.empty() ? "unknown" : in->access;
  const bool local = in != nullptr && in->local;
  return local || contains(definition.flags, "static") ? "private" : "public";
}

std::int32_t Reader::add(Definition definition, const Wrapped& in, std::uint32_t head_end) {
  const std::uint32_t begin = in.outer.begin();
  definition.signature =
      one_line(text_.substr(begin, head_end - begin), Comments::slashes, kSignatureBytesMax);
  while (definition.signature.ends_with(';') || definition.signature.ends_with(' '))
    definition.signature.pop_back();
  for (const Node& list : in.templates) {
    for (Parameter& parameter : heads_.template_parameters(list))
      definition.type_parameters.push_back(std::move(parameter));
  }
  if (!in.templates.empty()) definition.flags.emplace_back("template");
  if (in.is_friend) definition.flags.emplace_back("friend");
  definition.visibility = visibility(definition);
  definition.body = with_semicolon(in.outer.range());
  definition.parent = parent();
  const Range outer = definition.body;
  return builder_.add(std::move(definition), outer);
}

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
  Definition definition{
      .name = head.name, .parameters = heads_.parameters(head), .flags = heads_.flags(node, head)};
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
