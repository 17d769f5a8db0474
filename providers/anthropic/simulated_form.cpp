#include "providers/anthropic/simulated_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "providers/anthropic/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::anthropic {
namespace {

using namespace wire;

using Complaint = std::optional<std::string>;

// Letters, digits and these.
bool plain(std::string_view name, std::string_view others, std::size_t size_max) {
  const auto fits = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || others.contains(c);
  };
  return !name.empty() && name.size() <= size_max && std::ranges::all_of(name, fits);
}

Complaint wrong_schema(const Json& schema) {
  if (!schema.is_object()) return std::nullopt;
  for (const char* name : {"minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems",
                           "uniqueItems", "not"}) {
    if (schema.contains(name))
      return fmt::format("output_config.format.schema: property '{}' is not supported", name);
  }
  if (count_of(schema, "minItems") > 1)
    return "output_config.format.schema: 'minItems' values other than 0 or 1 are not supported";
  if (const Json* items = member(schema, "items")) {
    if (auto complaint = wrong_schema(*items)) return complaint;
  }
  for (const char* name : {"anyOf", "$defs"}) {
    const Json* inner = member(schema, name);
    if (inner == nullptr || !inner->is_structured()) continue;
    for (const Json& one : *inner) {
      if (auto complaint = wrong_schema(one)) return complaint;
    }
  }
  const Json* properties = member(schema, "properties");
  if (properties == nullptr) return std::nullopt;
  if (member(schema, "additionalProperties") == nullptr ||
      schema["additionalProperties"] != false) {
    return "output_config.format.schema: For 'object' type, 'additionalProperties' must be "
           "explicitly set to false";
  }
  for (const auto& [name, value] : properties->items()) {
    if (!plain(name, "_.-", 64))
      return "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'";
    if (auto complaint = wrong_schema(value)) return complaint;
  }
  return std::nullopt;
}

Complaint wrong_format(const Json& body) {
  const Json* config = member(body, "output_config");
  const Json* format = config == nullptr ? nullptr : member(*config, "format");
  if (format == nullptr) return std::nullopt;
  const std::string model = text_of(body, "model");
  const int version = version_of(model);
  const bool opus_4_1 = version == 401 && model.contains("opus");
  if (version > 0 && version < 405 && !opus_4_1)
    return fmt::format("'{}' does not support output format.", model);
  const Json* schema = member(*format, "schema");
  return schema == nullptr ? std::nullopt : wrong_schema(*schema);
}

Complaint wrong_tool(const Json& tool) {
  const std::string name = text_of(tool, "name");
  if (!plain(name, "_-", 128))
    return "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'";
  const Json* schema = member(tool, "input_schema");
  if (schema == nullptr) return "tools.0.custom.input_schema: Field required";
  return wrong_schema(*schema);
}

Complaint wrong_choice(const Json& body, const Json& tools) {
  const Json* choice = member(body, "tool_choice");
  if (choice == nullptr) return std::nullopt;
  if (tools.empty()) return "tool_choice may only be specified while providing tools";
  if (text_of(*choice, "type") != "tool") return std::nullopt;
  const std::string name = text_of(*choice, "name");
  const bool known =
      std::ranges::any_of(tools, [&](const Json& tool) { return text_of(tool, "name") == name; });
  return known ? std::nullopt
               : Complaint(fmt::format("Tool '{}' not found in provided tools", name));
}

Complaint wrong_tools(const Json& body) {
  const Json* given = member(body, "tools");
  const Json tools = given != nullptr && given->is_array() ? *given : Json::array();
  for (const Json& tool : tools) {
    if (auto complaint = wrong_tool(tool)) return complaint;
  }
  return wrong_choice(body, tools);
}

}  // namespace

std::optional<std::string> wrong_form(const Json& body) {
  if (auto complaint = wrong_format(body)) return complaint;
  return wrong_tools(body);
}

}  // namespace docwright::providers::anthropic
