#include "config/environment.h"

#include <unistd.h>

#include <algorithm>

#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::config {
namespace {

constexpr std::string_view kPrefix = "DOCWRIGHT_";
constexpr std::string_view kOfTheCli = "DOCWRIGHT_ENDPOINT";

std::vector<std::string> segments(std::string_view name) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = name.find("__");
    parts.push_back(lower(name.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    name.remove_prefix(end + 2);
  }
}

// A value that was read from a variable has no lines.
void set_mark(Node& node, const Mark& mark) {
  node.mark = mark;
  for (auto& item : node.items) set_mark(item, mark);
  for (auto& entry : node.entries) {
    entry.mark = mark;
    set_mark(entry.value, mark);
  }
}

Node& child(Node& map, const std::string& key, const Mark& mark) {
  map.kind = Node::Kind::map;
  for (auto& entry : map.entries) {
    if (lower(entry.key) == key) return entry.value;
  }
  return map.entries.emplace_back(Node::Entry{.key = key, .mark = mark, .value = {}}).value;
}

bool stands_as_it_is(Type type) {
  switch (type) {
    case Type::texts:
    case Type::texts_or_one:
    case Type::text_map:
    case Type::integer_map:
    case Type::mapping:
    case Type::raw:
    case Type::secret:
    case Type::secrets:
    case Type::table:
    case Type::records:
      return false;
    default:
      return true;
  }
}

// One variable on its way from the root of the spec to its option.
class Overlay final {
 public:
  Overlay(const std::string& variable, const std::string& value, Reading& reading)
      : variable_(variable),
        value_(value),
        reading_(reading),
        mark_{std::make_shared<const std::string>(variable), 0, 0},
        segments_(segments(std::string_view(variable).substr(kPrefix.size()))) {}

  void into_options(Node& node, const SpecBase& spec, std::size_t depth) {
    const auto* field = spec.find(segments_[depth]);
    if (!field) return unknown(spec.names(), depth);
    const bool last = depth + 1 == segments_.size();
    if (field->info.type == Type::group) {
      if (last) return names_a_group(*field->inner);
      return into_options(child(node, segments_[depth], mark_), *field->inner, depth + 1);
    }
    Node& value = child(node, segments_[depth], mark_);
    if (last) return set(value, field->info.type);
    switch (field->info.type) {
      case Type::table:
        return into_table(value, *field->inner, depth + 1);
      case Type::text_map:
      case Type::integer_map:
      case Type::mapping:
        if (depth + 2 == segments_.size())
          return set(child(value, segments_[depth + 1], mark_), Type::text);
        [[fallthrough]];
      default:
        reading_.fail(mark_,
                      "'" + field->info.name + "' has no options of its own: set " + upto(depth));
    }
  }

 private:
  void into_table(Node& table, const SpecBase& inner, std::size_t depth) {
    if (depth + 1 == segments_.size()) return names_a_group(inner);
    into_options(child(table, segments_[depth], mark_), inner, depth + 1);
  }

  void set(Node& node, Type type) {
    if (stands_as_it_is(type)) {
      node = Node{.kind = Node::Kind::scalar, .mark = mark_, .text = value_};
      return;
    }
    auto parsed = parse_yaml(variable_, value_);
    if (!parsed) {
      reading_.errors.push_back(parsed.error());
      return;
    }
    node = std::move(*parsed);
    set_mark(node, mark_);
  }

  // The variable's name up to and with this segment.
  std::string upto(std::size_t depth) const {
    std::string name(kPrefix);
    for (std::size_t i = 0; i <= depth; ++i) name += (i == 0 ? "" : "__") + upper(segments_[i]);
    return name;
  }

  void unknown(const std::vector<std::string_view>& known, std::size_t depth) {
    const auto near = nearest(segments_[depth], known);
    std::string hint;
    if (!near.empty()) {
      auto meant = segments_;
      meant[depth] = near;
      hint = " (did you mean '" + std::string(kPrefix);
      for (std::size_t i = 0; i < meant.size(); ++i) hint += (i == 0 ? "" : "__") + upper(meant[i]);
      hint += "'?)";
    }
    reading_.fail(mark_, "this environment variable names no option" + hint);
  }

  void names_a_group(const SpecBase& inner) {
    reading_.fail(mark_,
                  "this environment variable names a group of options: set one of them, such as " +
                      variable_ + "__" + upper(inner.names().front()));
  }

  const std::string& variable_;
  const std::string& value_;
  Reading& reading_;
  Mark mark_;
  std::vector<std::string> segments_;  // lower case, without the prefix
};

}  // namespace

Environment Environment::of_process() {
  Variables variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

std::string Environment::value(std::string_view name) const {
  return find(name).value_or("");
}

void overlay(Node& root, const SpecBase& spec, const Environment& environment, Reading& reading) {
  for (const auto& [variable, value] : environment.variables()) {
    if (!variable.starts_with(kPrefix) || variable == kOfTheCli) continue;
    Node changed_root = root;  // so that a variable in error leaves nothing half set
    const std::size_t errors = reading.errors.size();
    Overlay(variable, value, reading).into_options(changed_root, spec, 0);
    if (reading.errors.size() == errors) root = std::move(changed_root);
  }
}

}  // namespace docwright::config
