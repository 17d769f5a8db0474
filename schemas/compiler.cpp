#include "schemas/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "runtime/text.h"
#include "schemas/place.h"

namespace docwright::schemas {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kNodesMax = 100'000;

class Compiler;
using Read = void (Compiler::*)(SchemaNode& node, const Json& argument, const Place& at);
struct Keyword {
  std::string_view name;
  Read read;  // nullptr: says nothing about values
};

class Compiler final {
 public:
  explicit Compiler(const Json& document) : document_(document) {}

  Result<SchemaTree> run() {
    tree_.root = compile(document_, Place{});
    if (error_.message.empty()) refuse_idle_cycles();
    if (!error_.message.empty()) return std::unexpected(std::move(error_));
    return std::move(tree_);
  }

 private:
  static const std::array<Keyword, 27>& keywords();

  void fail_at(const Place& at, std::string message) {
    if (error_.message.empty())
      error_ = Error{Code::configuration, std::move(message), at.pointer()};
  }

  // Each place of the schema is compiled once; a place that is being compiled already has its
  // index, so that a schema may refer to itself.
  NodeIndex compile(const Json& schema, const Place& at) {
    if (const auto known = places_.find(&schema); known != places_.end()) return known->second;
    if (depth_ == kDepthMax || tree_.nodes.size() == kNodesMax) {
      fail_at(at, fmt::format("the schema is too large: more than {} levels or {} parts", kDepthMax,
                              kNodesMax));
      return 0;
    }
    const auto index = static_cast<NodeIndex>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    places_.emplace(&schema, index);
    ++depth_;
    SchemaNode node;
    if (schema.is_boolean()) {
      node.nothing = !schema.get<bool>();
    } else if (schema.is_object()) {
      read_keywords(node, schema, at);
    } else {
      fail_at(at, "a schema is an object, true or false");
    }
    --depth_;
    tree_.nodes[index] = std::move(node);
    return index;
  }

  void read_keywords(SchemaNode& node, const Json& schema, const Place& at) {
    for (const auto& [name, argument] : schema.items()) {
      const auto& known = keywords();
      const auto keyword = std::ranges::find(known, name, &Keyword::name);
      if (keyword == known.end()) {
        fail_unknown(at, name);
      } else if (keyword->read != nullptr) {
        (this->*keyword->read)(node, argument, at.in(name));
      }
      if (!error_.message.empty()) return;
    }
    require(node, schema, at);
    node.sorted.resize(node.properties.size());
    for (std::uint32_t i = 0; i < node.sorted.size(); ++i) node.sorted[i] = i;
    std::ranges::sort(node.sorted, {}, [&](std::uint32_t i) -> const std::string& {
      return node.properties[i].name;
    });
  }

  void fail_unknown(const Place& at, const std::string& name) {
    std::vector<std::string_view> names;
    for (const Keyword& keyword : keywords()) names.push_back(keyword.name);
    fail_at(at.in(name), fmt::format("'{}' is not a keyword that docwright checks{}: leave it out",
                                     to_valid_utf8(name.substr(0, 64)), did_you_mean(name, names)));
  }

  void read_type(SchemaNode& node, const Json& argument, const Place& at) {
    const auto add = [&](const Json& name) {
      const std::optional<TypeSet> type =
          name.is_string() ? type_named(name.get_ref<const std::string&>()) : std::nullopt;
      if (!type)
        return fail_at(at,
                       "expected object, array, string, number, integer, boolean or null, or an "
                       "array of them");
      node.types |= *type;
    };
    if (!argument.is_array()) return add(argument);
    if (argument.empty()) return fail_at(at, "expected at least one type");
    for (const Json& name : argument) add(name);
  }

  void read_properties(SchemaNode& node, const Json& argument, const Place& at) {
    if (!argument.is_object()) return fail_at(at, "expected an object of schemas");
    for (const auto& [name, schema] : argument.items()) {
      const NodeIndex child = compile(schema, at.in(name));
      node.properties.push_back({name, child, false});
    }
  }

  void check_required(SchemaNode& /*node*/, const Json& argument, const Place& at) {
    const bool names = argument.is_array() && std::ranges::all_of(argument, [](const Json& name) {
                         return name.is_string();
                       });
    if (!names) fail_at(at, "expected an array of names");
  }

  // After all keywords, since `required` may stand before `properties`.
  void require(SchemaNode& node, const Json& schema, const Place& /*at*/) {
    const auto required = schema.find("required");
    if (required == schema.end()) return;
    std::unordered_map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < node.properties.size(); ++i)
      known.emplace(node.properties[i].name, i);
    std::vector<std::string> further;
    for (const Json& name : *required) {
      const auto& text = name.get_ref<const std::string&>();
      if (const auto found = known.find(text); found != known.end()) {
        node.properties[found->second].required = true;
      } else if (std::ranges::find(further, text) == further.end()) {
        further.push_back(text);
      }
    }
    for (std::string& name : further) node.properties.push_back({std::move(name), kNoNode, true});
  }

  void read_additional(SchemaNode& node, const Json& argument, const Place& at) {
    if (argument.is_boolean()) {
      node.closed = !argument.get<bool>();
    } else {
      node.additional = compile(argument, at);
    }
  }

  void read_items(SchemaNode& node, const Json& argument, const Place& at) {
    node.items = compile(argument, at);
  }

  void read_enum(SchemaNode& node, const Json& argument, const Place& at) {
    if (!argument.is_array() || argument.empty())
      return fail_at(at, "expected a list of at least one value");
    if (!node.allowed.empty()) return fail_at(at, "enum and const together: leave one out");
    node.allowed.assign(argument.begin(), argument.end());
  }

  void read_const(SchemaNode& node, const Json& argument, const Place& at) {
    if (!node.allowed.empty()) return fail_at(at, "enum and const together: leave one out");
    node.allowed = {argument};
  }

  void read_any_of(SchemaNode& node, const Json& argument, const Place& at) {
    if (!argument.is_array() || argument.empty())
      return fail_at(at, "expected a list of at least one schema");
    for (std::size_t i = 0; i < argument.size(); ++i)
      node.any_of.push_back(compile(argument[i], at.in(i)));
  }

  void read_definitions(SchemaNode& /*node*/, const Json& argument, const Place& at) {
    if (!argument.is_object()) return fail_at(at, "expected an object of schemas");
    for (const auto& [name, schema] : argument.items()) compile(schema, at.in(name));
  }

  void read_reference(SchemaNode& node, const Json& argument, const Place& at) {
    constexpr std::string_view kExpected = "expected a place in this schema, such as #/$defs/NAME";
    if (!argument.is_string()) return fail_at(at, std::string(kExpected));
    const auto& text = argument.get_ref<const std::string&>();
    if (!text.starts_with('#')) return fail_at(at, std::string(kExpected));
    const std::string place = text.substr(1);
    const Json* target = nullptr;
    try {
      const Json::json_pointer pointer(place);
      if (document_.contains(pointer)) target = &document_.at(pointer);
    } catch (const Json::exception&) {
      // Not a JSON pointer: no target.
    }
    if (target == nullptr)
      return fail_at(at, fmt::format("'{}' is nowhere in this schema: {}",
                                     to_valid_utf8(text.substr(0, 200)), kExpected));
    node.reference = compile(*target, Place{.key = place});
  }

  std::optional<std::uint64_t> count(const Json& argument, const Place& at) {
    if (argument.is_number_unsigned()) return argument.get<std::uint64_t>();
    fail_at(at, "expected a number that is not negative");
    return std::nullopt;
  }
  std::optional<double> number(const Json& argument, const Place& at) {
    if (argument.is_number()) return argument.get<double>();
    fail_at(at, "expected a number");
    return std::nullopt;
  }
  void read_minimum(SchemaNode& node, const Json& argument, const Place& at) {
    node.number.least = number(argument, at);
  }
  void read_maximum(SchemaNode& node, const Json& argument, const Place& at) {
    node.number.most = number(argument, at);
  }
  void read_min_length(SchemaNode& node, const Json& argument, const Place& at) {
    node.length.least = count(argument, at);
  }
  void read_max_length(SchemaNode& node, const Json& argument, const Place& at) {
    node.length.most = count(argument, at);
  }
  void read_min_items(SchemaNode& node, const Json& argument, const Place& at) {
    node.elements.least = count(argument, at);
  }
  void read_max_items(SchemaNode& node, const Json& argument, const Place& at) {
    node.elements.most = count(argument, at);
  }
  void read_min_properties(SchemaNode& node, const Json& argument, const Place& at) {
    node.members.least = count(argument, at);
  }
  void read_max_properties(SchemaNode& node, const Json& argument, const Place& at) {
    node.members.most = count(argument, at);
  }

  // A schema that reaches itself by $ref and anyOf alone would be checked for ever without going
  // into the value.
  void refuse_idle_cycles() {
    enum class Mark : std::uint8_t { fresh, open, done };
    std::vector<Mark> marks(tree_.nodes.size(), Mark::fresh);
    struct Frame {
      NodeIndex node;
      std::size_t next;
    };
    std::vector<Frame> stack;
    const auto edge = [&](NodeIndex node, std::size_t number) {
      const SchemaNode& from = tree_.nodes[node];
      if (number < from.any_of.size()) return from.any_of[number];
      return number == from.any_of.size() ? from.reference : kNoNode;
    };
    for (NodeIndex start = 0; start < tree_.nodes.size(); ++start) {
      if (marks[start] != Mark::fresh) continue;
      marks[start] = Mark::open;
      stack.push_back({start, 0});
      while (!stack.empty()) {
        Frame& top = stack.back();
        const NodeIndex next = edge(top.node, top.next++);
        if (next == kNoNode) {
          marks[top.node] = Mark::done;
          stack.pop_back();
        } else if (marks[next] == Mark::open) {
          return fail_at(Place{}, "a $ref leads back to itself without going into the value");
        } else if (marks[next] == Mark::fresh) {
          marks[next] = Mark::open;
          stack.push_back({next, 0});
        }
      }
    }
  }

  const Json& document_;
  SchemaTree tree_;
  std::unordered_map<const Json*, NodeIndex> places_;
  int depth_ = 0;
  Error error_;
};

const std::array<Keyword, 27>& Compiler::keywords() {
  static constexpr std::array<Keyword, 27> kKeywords = {{
      {"type", &Compiler::read_type},
      {"properties", &Compiler::read_properties},
      {"required", &Compiler::check_required},
      {"additionalProperties", &Compiler::read_additional},
      {"description", nullptr},
      {"items", &Compiler::read_items},
      {"enum", &Compiler::read_enum},
      {"const", &Compiler::read_const},
      {"anyOf", &Compiler::read_any_of},
      {"$ref", &Compiler::read_reference},
      {"$defs", &Compiler::read_definitions},
      {"minimum", &Compiler::read_minimum},
      {"maximum", &Compiler::read_maximum},
      {"minLength", &Compiler::read_min_length},
      {"maxLength", &Compiler::read_max_length},
      {"minItems", &Compiler::read_min_items},
      {"maxItems", &Compiler::read_max_items},
      {"minProperties", &Compiler::read_min_properties},
      {"maxProperties", &Compiler::read_max_properties},
      {"title", nullptr},
      {"default", nullptr},
      {"examples", nullptr},
      {"deprecated", nullptr},
      {"$schema", nullptr},
      {"$id", nullptr},
      {"$comment", nullptr},
      {"readOnly", nullptr},
  }};
  return kKeywords;
}

}  // namespace

Result<SchemaTree> compile_tree(const Json& schema) {
  return Compiler(schema).run();
}

}  // namespace docwright::schemas
