#include "outline/python/python.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "outline/python/facts.h"
#include "outline/syntax/builder.h"
#include "outline/syntax/text.h"

namespace docwright::outline {
namespace python {
namespace {

constexpr std::array<std::string_view, 5> kNoResult{"None", "NoReturn", "Never", "typing.NoReturn",
                                                    "typing.Never"};
// An annotation may stand in quotes: -> "NoReturn".
std::string_view unquoted(std::string_view type) {
  const bool quoted = type.size() > 1 && type.front() == type.back() &&
                      (type.front() == '"' || type.front() == '\'');
  return quoted ? type.substr(1, type.size() - 2) : type;
}

constexpr std::array<std::string_view, 9> kReceivers{
    "self", "cls", "mcs", "mcls", "metacls", "metaclass", "_self", "_cls", "__self"};
// CPython itself refuses more than 100 levels of indentation.
constexpr std::size_t kDepthMax = 100;

bool contains(const auto& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

// What the walk is inside of: a function, a class, a lambda (whose yields are its own), or a
// definition that was dropped, and with it all that it holds.
struct Scope {
  Node node;
  enum class What { function, class_, lambda, dropped } what = What::function;
  std::int32_t definition = -1;
  std::string prefix;  // "Reader." for what is defined within
  std::uint32_t column = 0;
  std::set<std::string> raises = {};
  // Local variable -> the type it was made of.
  std::map<std::string, std::string, std::less<>> exceptions = {};
};

class Reader {
 public:
  explicit Reader(std::string_view source)
      : source_(source), builder_(Language::python, source, source) {}

  Outline read(Node root) {
    if (const auto doc = docstring_of(root, source_))
      builder_.set_module_doc(source_.substr(doc->begin, doc->end - doc->begin));
    walk(root, *this);
    return builder_.finish();
  }

  bool enter(Node node) {
    if (node.is_missing() || node.is_error()) builder_.add_broken(node.range());
    const Type type = g_.type(node);
    const bool descend = enter(node, type);
    path_.push_back({node, type});
    return descend;
  }

  void leave(Node node) {
    path_.pop_back();
    if (scopes_.empty() || !(scopes_.back().node == node)) return;
    Scope& scope = scopes_.back();
    if (scope.what == Scope::What::function) {
      builder_.at(scope.definition).raises.assign(scope.raises.begin(), scope.raises.end());
    }
    scopes_.pop_back();
  }

 private:
  bool enter(Node node, Type type) {
    switch (type) {
      case Type::comment:
        builder_.add_comment(node.range());
        return false;
      case Type::parameters:
      case Type::string:
        return false;
      case Type::lambda:
        scopes_.push_back({node, Scope::What::lambda});
        return true;
      case Type::function:
      case Type::class_:
        define(node, type);
        return true;
      case Type::return_:
        if (Definition* f = function()) f->returns_value |= returns_value(node);
        return true;
      case Type::yield:
        if (Definition* f = function()) f->yields = true;
        return true;
      case Type::raise:
        if (function() != nullptr) note_raise(node);
        return true;
      case Type::assignment:
        if (function() != nullptr) note_assignment(node);
        return true;
      default:
        return true;
    }
  }

  // The function that the walk is directly in, if it is kept.
  Definition* function() {
    if (scopes_.empty() || scopes_.back().what != Scope::What::function) return nullptr;
    return &builder_.at(scopes_.back().definition);
  }

  // The decorators' node, where the definition stands in one.
  Node outer(Node node) const {
    if (path_.empty() || path_.back().second != Type::decorated) return node;
    return path_.back().first;
  }

  // Its head parsed, it stands where the layout of the source says, and so does all that it stands
  // in.
  bool is_sound(Node node) const {
    bool sound = true;
    for_each_child(node, [&](Node child, TSFieldId field) {
      sound = field == g_.body || !(child.is_error() || child.has_error());
      return sound;
    });
    if (!sound || !node.field(g_.name) || !node.field(g_.body)) return false;
    const std::size_t above = outer(node) == node ? 1 : 2;
    const bool in_error = path_.size() >= above && path_[path_.size() - above].first.is_error();
    const std::uint32_t column = outer(node).column();
    const Scope* scope = scopes_.empty() ? nullptr : &scopes_.back();
    if (scope == nullptr) return !in_error || column == 0;
    return scope->what != Scope::What::dropped && !in_error && column > scope->column;
  }

  void define(Node node, Type type) {
    if (scopes_.size() > kDepthMax || !is_sound(node)) {
      builder_.add_broken(outer(node).range());
      scopes_.push_back({node, Scope::What::dropped});
      return;
    }
    const bool is_class = type == Type::class_;
    Definition definition = is_class ? class_(node) : function(node);
    definition.name = one_line(node.field(g_.name).text(source_), Comments::hash, kNameBytesMax);
    definition.symbol = (scopes_.empty() ? "" : scopes_.back().prefix) + definition.name;
    definition.signature = signature(node);
    definition.type_parameters = type_parameters_of(node.field(g_.type_parameters), source_);
    definition.visibility = visibility(definition.name);
    definition.body = node.range();
    definition.doc_range = docstring_of(node.field(g_.body), source_);
    if (definition.doc_range)
      definition.existing_doc = source_.substr(
          definition.doc_range->begin, definition.doc_range->end - definition.doc_range->begin);
    definition.parent = parent();
    const std::string prefix = definition.symbol + ".";
    const std::int32_t index = builder_.add(std::move(definition), outer(node).range());
    scopes_.push_back({node, is_class ? Scope::What::class_ : Scope::What::function, index, prefix,
                       outer(node).column()});
  }

  std::int32_t parent() const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (scope->definition >= 0) return scope->definition;
    }
    return -1;
  }

  bool in_class() const { return !scopes_.empty() && scopes_.back().what == Scope::What::class_; }

  static Definition class_(Node) { return {.kind = Kind::class_}; }

  Definition function(Node node) const {
    Definition definition;
    definition.flags = flags_of(node, outer(node), source_);
    definition.parameters = parameters_of(node.field(g_.parameters), source_);
    if (in_class()) {
      const std::string_view name = node.field(g_.name).text(source_);
      definition.kind = name == "__init__" ? Kind::constructor : Kind::method;
      if (!contains(definition.flags, "static")) drop_receiver(definition.parameters);
    }
    if (const Node type = node.field(g_.return_type)) {
      definition.return_type = one_line(type.text(source_), Comments::hash, kTypeBytesMax);
      const bool nothing = contains(kNoResult, unquoted(*definition.return_type));
      definition.returns_value = !nothing && is_stub(node.field(g_.body));
    }
    return definition;
  }

  static void drop_receiver(std::vector<Parameter>& parameters) {
    if (parameters.empty() || !parameters[0].kind.starts_with("positional")) return;
    if (contains(kReceivers, parameters[0].name)) parameters.erase(parameters.begin());
  }

  std::string signature(Node node) const {
    const std::uint32_t begin = node.begin();
    std::string text = one_line(source_.substr(begin, node.field(g_.body).begin() - begin),
                                Comments::hash, kSignatureBytesMax);
    while (!text.empty() && (text.back() == ':' || text.back() == ' ')) text.pop_back();
    return text;
  }

  std::string visibility(std::string_view name) const {
    const bool local = std::ranges::any_of(
        scopes_, [](const Scope& scope) { return scope.what != Scope::What::class_; });
    const bool special = name.starts_with("__") && name.ends_with("__");
    return local || (name.starts_with('_') && !special) ? "private" : "public";
  }

  bool returns_value(Node statement) const {
    const Node value = first_named(statement);
    return value && g_.type(value) != Type::none;
  }

  void note_raise(Node statement) {
    Node value = first_named(statement);
    if (!value || value == statement.field(g_.cause)) return;
    while (value &&
           (g_.type(value) == Type::expression_list || g_.type(value) == Type::parenthesized))
      value = first_named(value);
    std::string name = dotted_name(value, source_);
    Scope& scope = scopes_.back();
    if (g_.type(value) == Type::identifier) {
      if (const auto made = scope.exceptions.find(name); made != scope.exceptions.end())
        name = made->second;
    }
    if (!names_exception_type(name)) return;
    for (const std::string_view receiver : {"self.", "cls."}) {
      if (name.starts_with(receiver)) name.erase(0, receiver.size());
    }
    scope.raises.insert(std::move(name));
  }

  // error = ValueError(...): a later "raise error" raises that type.
  void note_assignment(Node node) {
    const Node left = node.field(g_.left), right = node.field(g_.right);
    if (!left || !right || g_.type(left) != Type::identifier || g_.type(right) != Type::call)
      return;
    std::string type = dotted_name(right, source_);
    if (!names_exception_type(type)) return;
    scopes_.back().exceptions.insert_or_assign(std::string(left.text(source_)), std::move(type));
  }

  const Grammar& g_ = grammar();
  std::string_view source_;
  Builder builder_;
  std::vector<Scope> scopes_;
  std::vector<std::pair<Node, Type>> path_;  // nodes above the current one
};

}  // namespace
}  // namespace python

Outline outline_python(std::string_view source) {
  const auto tree = parse(python_language(), source);
  if (!tree) return {.language = Language::python, .fallback = tree.error()};
  return python::Reader(source).read(tree->root());
}

}  // namespace docwright::outline
