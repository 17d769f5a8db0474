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

bool in_braces(Type type) {
  return type == Type::braces || type == Type::declaration_list;
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
  drop_prototypes(builder_, g_.scope != 0);
  drop_unnamed_parameters(builder_);
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

}  // namespace docwright::outline::cfamily
