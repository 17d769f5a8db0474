#include "providers/gemini/simulated_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "providers/wire/members.h"

namespace docwright::providers::gemini {
namespace {

using namespace wire;

using Complaint = std::optional<std::string>;
using Names = std::span<const std::string_view>;

// In the spelling that docwright writes; the provider takes snake_case as well.
constexpr std::array<std::string_view, 9> kFields = {
    "contents",       "systemInstruction", "generationConfig", "tools", "toolConfig",
    "safetySettings", "cachedContent",     "serviceTier",      "labels"};
constexpr std::array<std::string_view, 18> kConfigFields = {"temperature",
                                                            "topP",
                                                            "topK",
                                                            "candidateCount",
                                                            "maxOutputTokens",
                                                            "stopSequences",
                                                            "seed",
                                                            "responseMimeType",
                                                            "responseJsonSchema",
                                                            "responseSchema",
                                                            "thinkingConfig",
                                                            "presencePenalty",
                                                            "frequencyPenalty",
                                                            "responseLogprobs",
                                                            "logprobs",
                                                            "responseModalities",
                                                            "mediaResolution",
                                                            "speechConfig"};
constexpr std::array<std::string_view, 21> kSchemaKeywords = {"$id",
                                                              "$defs",
                                                              "$ref",
                                                              "$anchor",
                                                              "type",
                                                              "format",
                                                              "title",
                                                              "description",
                                                              "enum",
                                                              "items",
                                                              "prefixItems",
                                                              "minItems",
                                                              "maxItems",
                                                              "minimum",
                                                              "maximum",
                                                              "anyOf",
                                                              "oneOf",
                                                              "properties",
                                                              "additionalProperties",
                                                              "required",
                                                              "propertyOrdering"};

Complaint unknown_name(const Json& object, Names known, std::string_view place) {
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: Cannot find field.",
                       name, place.empty() ? "" : fmt::format(" at '{}'", place));
  }
  return std::nullopt;
}

Complaint wrong_fields(const Json& body) {
  return unknown_name(body, kFields, {});
}

Complaint wrong_parts(const Json& content, std::string_view place) {
  const Json* parts = member(content, "parts");
  if (parts == nullptr || !parts->is_array() || parts->empty()) {
    return fmt::format("* GenerateContentRequest.{}.parts: contents.parts must not be empty.",
                       place);
  }
  for (const Json& part : *parts) {
    if (!part.is_object() || part.empty() ||
        (part.contains("text") && text_of(part, "text").empty()))
      return fmt::format(
          "* GenerateContentRequest.{}.parts[0].data: required oneof field 'data' must have one "
          "initialized field",
          place);
  }
  return std::nullopt;
}

Complaint wrong_contents(const Json& body) {
  const Json* contents = member(body, "contents");
  if (contents == nullptr || !contents->is_array() || contents->empty())
    return "* GenerateContentRequest.contents: contents is not specified";
  for (std::size_t i = 0; i < contents->size(); ++i) {
    const Json& content = (*contents)[i];
    const std::string role = text_of(content, "role");
    if (role != "user" && role != "model" && role != "function")
      return "Please use a valid role: user, model.";
    if (auto complaint = wrong_parts(content, fmt::format("contents[{}]", i))) return complaint;
  }
  if (const Json* system = member(body, "systemInstruction"))
    return wrong_parts(*system, "system_instruction");
  return std::nullopt;
}

Complaint wrong_schema(const Json& schema) {
  if (!schema.is_object()) return std::nullopt;
  if (auto complaint =
          unknown_name(schema, kSchemaKeywords, "generation_config.response_json_schema"))
    return complaint;
  if (const Json* items = member(schema, "items")) {
    if (auto complaint = wrong_schema(*items)) return complaint;
  }
  const Json* properties = member(schema, "properties");
  if (properties == nullptr || !properties->is_object()) return std::nullopt;
  for (const auto& [name, value] : properties->items()) {
    if (auto complaint = wrong_schema(value)) return complaint;
  }
  return std::nullopt;
}

Complaint wrong_config(const Json& body) {
  const Json* config = member(body, "generationConfig");
  if (config == nullptr || !config->is_object()) return std::nullopt;
  if (auto complaint = unknown_name(*config, kConfigFields, "generation_config")) return complaint;
  const bool json = text_of(*config, "responseMimeType") == "application/json";
  const Json* schema = member(*config, "responseJsonSchema");
  if (schema != nullptr && !json)
    return "responseJsonSchema is only supported with the response mime type application/json.";
  if (json && member(body, "tools") != nullptr)
    return "Function calling with a response mime type: 'application/json' is unsupported";
  if (const Json* thinking = member(*config, "thinkingConfig")) {
    if (thinking->contains("thinkingBudget") && thinking->contains("thinkingLevel"))
      return "You can only set only one of thinking budget and thinking level.";
  }
  const Json* stops = member(*config, "stopSequences");
  if (stops != nullptr && stops->size() > 5)
    return "The number of stop sequences exceeds the limit of 5.";
  return schema == nullptr ? std::nullopt : wrong_schema(*schema);
}

}  // namespace

std::optional<std::string> broken_rule(const Json& body) {
  if (!body.is_object()) return "Invalid JSON payload received. Expected an object.";
  for (const auto rule : {wrong_fields, wrong_contents, wrong_config}) {
    if (auto complaint = rule(body)) return complaint;
  }
  return std::nullopt;
}

}  // namespace docwright::providers::gemini
