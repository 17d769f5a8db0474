#include "providers/openai/simulated_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;
using Refusal = std::optional<CallError>;

constexpr auto kUnknown = std::to_array<std::string_view>(
    {"allOf", "not", "oneOf", "if", "then", "else", "dependentRequired", "dependentSchemas",
     "default", "patternProperties", "uniqueItems", "minLength", "maxLength"});
// One of them says what a value is.
constexpr auto kSaysWhat =
    std::to_array<std::string_view>({"type", "anyOf", "$ref", "enum", "const"});

constexpr std::size_t kPropertiesMax = 5000;
constexpr std::size_t kLevelsMax = 10;
constexpr std::size_t kEnumValuesMax = 1000;
constexpr std::size_t kCharactersMax = 120'000;  // of names, enums and constants

bool has_type(const Json& schema, std::string_view name) {
  const Json* type = member(schema, "type");
  if (type == nullptr) return false;
  return type->is_array() ? std::ranges::find(*type, Json(name)) != type->end() : *type == name;
}

class Checker {
 public:
  explicit Checker(std::string_view of) : of_(of) {}

  Refusal root(const Json& schema) {
    if (!has_type(schema, "object") || schema["type"].is_array())
      return wrong("schema must be a JSON Schema of 'type: \"object\"'.");
    if (schema.contains("anyOf")) return wrong("'anyOf' is not permitted at the top level.");
    if (auto refusal = check(schema, 1)) return refusal;
    if (properties_ > kPropertiesMax) return wrong("it has too many properties.");
    if (enum_values_ > kEnumValuesMax) return wrong("it has too many enum values.");
    if (characters_ > kCharactersMax) return wrong("its names and values are too long in sum.");
    return std::nullopt;
  }

 private:
  Refusal wrong(std::string_view why) const {
    return invalid(
        fmt::format("Invalid schema for {}: In context=({}), {}", of_, fmt::join(at_, ", "), why),
        "invalid_json_schema");
  }

  Refusal check(const Json& schema, std::size_t level) {
    if (!schema.is_object()) return wrong("a schema must be an object.");
    if (level > kLevelsMax)
      return wrong(fmt::format("levels of nesting exceeds limit of {}.", kLevelsMax));
    for (const std::string_view keyword : kUnknown) {
      if (schema.contains(keyword)) return wrong(fmt::format("'{}' is not permitted.", keyword));
    }
    const auto here = [&](std::string_view keyword) { return schema.contains(keyword); };
    if (std::ranges::none_of(kSaysWhat, here)) return wrong("schema must have a 'type' key.");
    count_values(schema);
    if (has_type(schema, "object")) {
      if (auto refusal = check_object(schema)) return refusal;
    }
    if (has_type(schema, "array") && !schema.contains("items"))
      return wrong("array schema missing items.");
    return within(schema, level + 1);
  }

  Refusal check_object(const Json& schema) {
    const Json* closed = member(schema, "additionalProperties");
    if (closed == nullptr || *closed != false)
      return wrong("'additionalProperties' is required to be supplied and to be false.");
    const Json required = schema.value("required", Json::array());
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, value] : properties.items()) {
      ++properties_;
      characters_ += name.size();
      if (std::ranges::find(required, Json(name)) != required.end()) continue;
      return wrong(
          fmt::format("'required' is required to be supplied and to be an array including every "
                      "key in properties. Missing '{}'.",
                      name));
    }
    for (const Json& name : required) {
      if (!name.is_string() || !properties.contains(name.get<std::string>()))
        return wrong(fmt::format("Extra required key {} supplied.", dump_json(name)));
    }
    return std::nullopt;
  }

  void count_values(const Json& schema) {
    const Json values = schema.value("enum", Json::array());
    enum_values_ += values.size();
    for (const Json& value : values) characters_ += dump_json(value).size();
    if (const Json* value = member(schema, "const")) characters_ += dump_json(*value).size();
  }

  Refusal one(const Json& schema, std::string_view keyword, std::string_view name,
              std::size_t level) {
    at_.push_back(fmt::format("'{}'", keyword));
    if (!name.empty()) at_.push_back(fmt::format("'{}'", name));
    auto refusal = check(schema, level);
    at_.resize(at_.size() - (name.empty() ? 1 : 2));
    return refusal;
  }

  Refusal within(const Json& schema, std::size_t level) {
    for (const std::string_view keyword : {"properties", "$defs"}) {
      const Json* members = member(schema, keyword);
      if (members == nullptr || !members->is_object()) continue;
      for (const auto& [name, value] : members->items()) {
        if (auto refusal = one(value, keyword, name, level)) return refusal;
      }
    }
    if (const Json* items = member(schema, "items")) {
      if (auto refusal = one(*items, "items", {}, level)) return refusal;
    }
    std::size_t number = 0;
    for (const Json& value : schema.value("anyOf", Json::array())) {
      if (auto refusal = one(value, "anyOf", std::to_string(number++), level)) return refusal;
    }
    return std::nullopt;
  }

  const std::string_view of_;
  std::vector<std::string> at_;
  std::size_t properties_ = 0, enum_values_ = 0, characters_ = 0;
};

}  // namespace

Refusal strict_schema_refusal(const Json& schema, std::string_view of) {
  return Checker(of).root(schema);
}

}  // namespace docwright::providers::openai
