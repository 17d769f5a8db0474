#include "schemas/validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/text.h"
#include "schemas/compiler.h"
#include "schemas/place.h"
#include "schemas/schema_tree.h"

namespace docwright::schemas {
namespace {

// Of value and schema together; parse_json() admits 128 levels of value.
constexpr int kDepthMax = 300;
constexpr std::uint64_t kStepsMax = 3'000'000;  // alternatives within alternatives can multiply

std::string shown(const Json& value) {
  constexpr std::size_t kShownMax = 60;
  if (value.is_object() || value.is_array()) return describe_types(type_of(value));
  std::string text = value.is_string()
                         ? "'" + value.get_ref<const std::string&>().substr(0, kShownMax) + "'"
                         : dump_json(value);
  return to_valid_utf8(text);
}

std::string list_of(const std::vector<Json>& values) {
  constexpr std::size_t kListedMax = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kListedMax); ++i) {
    if (i > 0) text += ", ";
    text += shown(values[i]);
  }
  if (values.size() > kListedMax) text += fmt::format(" and {} more", values.size() - kListedMax);
  return text;
}

// In characters, as JSON Schema counts.
std::uint64_t length_of(const std::string& text) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

class Check final {
 public:
  explicit Check(const SchemaTree& tree) : tree_(tree) {}

  std::vector<Violation> run(const Json& value) {
    check(tree_.root, value, Place{});
    return std::move(violations_);
  }

 private:
  bool full() const { return violations_.size() >= Schema::kViolationsMax; }

  void report(const Place& place, std::string message) {
    if (!full()) violations_.push_back({place.pointer(), std::move(message)});
  }

  void check(NodeIndex index, const Json& value, const Place& place) {
    if (full() || gave_up_) return;
    if (depth_ >= kDepthMax || ++steps_ > kStepsMax) {
      gave_up_ = true;
      return report(place,
                    depth_ >= kDepthMax ? "is nested too deeply" : "takes too long to check");
    }
    ++depth_;
    check_node(tree_.nodes[index], value, place);
    --depth_;
  }

  void check_node(const SchemaNode& node, const Json& value, const Place& place) {
    if (node.nothing) return report(place, "nothing may stand here");
    if (!admits(node.types, value)) {
      return report(place, fmt::format("expected {}, found {}", describe_types(node.types),
                                       describe_types(type_of(value))));
    }
    if (!node.allowed.empty() && std::ranges::find(node.allowed, value) == node.allowed.end())
      report_not_allowed(node, value, place);
    if (node.reference != kNoNode) check(node.reference, value, place);
    if (!node.any_of.empty()) check_any_of(node, value, place);
    if (value.is_object()) {
      check_object(node, value, place);
    } else if (value.is_array()) {
      check_array(node, value, place);
    } else if (value.is_string()) {
      if (node.length.any())
        check_bounds(node.length, length_of(value.get_ref<const std::string&>()), "characters",
                     place);
    } else if (value.is_number() && node.number.any()) {
      check_number(node, value.get<double>(), place);
    }
  }

  static bool admits(TypeSet types, const Json& value) {
    if (types == 0) return true;
    const TypeSet type = type_of(value);
    return (types & type) != 0 || (type == kInteger && (types & kNumber) != 0);
  }

  void report_not_allowed(const SchemaNode& node, const Json& value, const Place& place) {
    std::string hint;
    if (value.is_string()) {
      std::vector<std::string_view> names;
      for (const Json& allowed : node.allowed) {
        if (allowed.is_string()) names.push_back(allowed.get_ref<const std::string&>());
      }
      hint = did_you_mean(value.get_ref<const std::string&>(), names);
    }
    report(place,
           fmt::format("expected {}{}, found {}{}", node.allowed.size() == 1 ? "" : "one of ",
                       list_of(node.allowed), shown(value), hint));
  }

  void check_object(const SchemaNode& node, const Json& value, const Place& place) {
    if (node.members.any()) check_bounds(node.members, value.size(), "members", place);
    std::vector<bool> seen(node.properties.size());
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
      const Place inner = place.in(name);
      const std::optional<std::size_t> property = node.property(name);
      if (property) seen[*property] = true;
      if (property && node.properties[*property].node != kNoNode) {
        check(node.properties[*property].node, member, inner);
      } else if (node.additional != kNoNode) {
        check(node.additional, member, inner);
      } else if (node.closed) {
        report_unexpected(node, name, inner);
      }
      if (full()) return;
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (!seen[i] && node.properties[i].required) {
        report(place, fmt::format("'{}' is missing", to_valid_utf8(node.properties[i].name)));
      }
    }
  }

  void report_unexpected(const SchemaNode& node, const std::string& name, const Place& place) {
    std::vector<std::string_view> names;
    for (const SchemaNode::Property& property : node.properties) names.push_back(property.name);
    report(place, fmt::format("'{}' is not expected here{}", to_valid_utf8(name.substr(0, 100)),
                              did_you_mean(name, names)));
  }

  void check_array(const SchemaNode& node, const Json& value, const Place& place) {
    if (node.elements.any()) check_bounds(node.elements, value.size(), "elements", place);
    if (node.items == kNoNode) return;
    for (std::size_t i = 0; i < value.size() && !full(); ++i)
      check(node.items, value[i], place.in(i));
  }

  void check_bounds(const SchemaNode::Bounds<std::uint64_t>& bounds, std::uint64_t count,
                    std::string_view what, const Place& place) {
    if (bounds.least && count < *bounds.least)
      report(place, fmt::format("has {} {}, at least {} expected", count, what, *bounds.least));
    if (bounds.most && count > *bounds.most)
      report(place, fmt::format("has {} {}, at most {} expected", count, what, *bounds.most));
  }

  void check_number(const SchemaNode& node, double number, const Place& place) {
    if (node.number.least && number < *node.number.least)
      report(place, fmt::format("is {}, at least {} expected", number, *node.number.least));
    if (node.number.most && number > *node.number.most)
      report(place, fmt::format("is {}, at most {} expected", number, *node.number.most));
  }

  // Where no alternative fits, the reasons of the one that got furthest: the one whose type is
  // right, or the one with the fewest.
  void check_any_of(const SchemaNode& node, const Json& value, const Place& place) {
    std::vector<Violation> best;
    bool best_is_here = true;
    for (const NodeIndex alternative : node.any_of) {
      std::vector<Violation> outer = std::exchange(violations_, {});
      check(alternative, value, place);
      std::vector<Violation> found = std::exchange(violations_, std::move(outer));
      if (gave_up_) return report(place, "takes too long to check");
      if (found.empty()) return;
      const bool is_here = found.size() == 1 && found.front().pointer == place.pointer();
      if (best.empty() || (best_is_here && !is_here) ||
          (best_is_here == is_here && found.size() < best.size())) {
        best = std::move(found);
        best_is_here = is_here;
      }
    }
    if (node.any_of.size() > 1 && best_is_here)
      return report(place, fmt::format("fits none of the {} alternatives; {}", node.any_of.size(),
                                       best.front().message));
    for (Violation& violation : best) {
      if (!full()) violations_.push_back(std::move(violation));
    }
  }

  const SchemaTree& tree_;
  std::vector<Violation> violations_;
  int depth_ = 0;
  std::uint64_t steps_ = 0;
  bool gave_up_ = false;
};

}  // namespace

Schema::Schema(std::shared_ptr<const SchemaTree> tree) : tree_(std::move(tree)) {}

Result<Schema> Schema::compile(const Json& schema) {
  Result<SchemaTree> tree = compile_tree(schema);
  if (!tree) return std::unexpected(std::move(tree.error()));
  return Schema(std::make_shared<const SchemaTree>(std::move(*tree)));
}

std::vector<Violation> Schema::validate(const Json& value) const {
  return Check(*tree_).run(value);
}

std::string to_text(const std::vector<Violation>& violations) {
  if (violations.empty()) return {};
  const Violation& first = violations.front();
  std::string text =
      first.pointer.empty() ? first.message : fmt::format("{}: {}", first.pointer, first.message);
  if (violations.size() > 1) text += fmt::format(" (and {} more)", violations.size() - 1);
  return text;
}

}  // namespace docwright::schemas
