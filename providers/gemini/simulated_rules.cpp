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

// Of OpenAPI's schemas.
constexpr std::array<std::string_view, 22> kOpenApiKeywords = {
    "type",          "format",        "title",    "description",     "nullable",  "enum",
    "items",         "minItems",      "maxItems", "minLength",       "maxLength", "pattern",
    "minProperties", "maxProperties", "minimum",  "maximum",         "anyOf",     "properties",
    "required",      "default",       "example",  "propertyOrdering"};

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

// A schema of one kind: its keywords, and where it stands.
struct SchemaKind {
  Names keywords;
  std::string_view place;
};
constexpr SchemaKind kJsonSchema = {kSchemaKeywords, "generation_config.response_json_schema"};
constexpr SchemaKind kOpenApi = {kOpenApiKeywords, "generation_config.response_schema"};

Complaint wrong_schema(const Json& schema, const SchemaKind& kind) {
  if (!schema.is_object()) return std::nullopt;
  if (auto complaint = unknown_name(schema, kind.keywords, kind.place)) return complaint;
  if (schema.contains("$ref")) {
    for (const auto& [name, value] : schema.items()) {
      if (!name.starts_with('$'))
        return "A schema with $ref may have only siblings that begin with $.";
    }
  }
  if (const Json* words = member(schema, "enum")) {
    for (const Json& word : *words) {
      if (!word.is_string() && !word.is_number())
        return "enum: only strings and numbers are supported.";
    }
  }
  for (const char* name : {"anyOf", "oneOf", "prefixItems", "$defs"}) {
    const Json* inner = member(schema, name);
    if (inner == nullptr || !inner->is_structured()) continue;
    for (const Json& one : *inner) {
      if (auto complaint = wrong_schema(one, kind)) return complaint;
    }
  }
  if (const Json* items = member(schema, "items")) {
    if (auto complaint = wrong_schema(*items, kind)) return complaint;
  }
  const Json* properties = member(schema, "properties");
  if (properties == nullptr || !properties->is_object()) return std::nullopt;
  for (const auto& [name, value] : properties->items()) {
    if (auto complaint = wrong_schema(value, kind)) return complaint;
  }
  return std::nullopt;
}

// Under one name or the other; nothing where there is none, or a right one.
Complaint wrong_schema_in(const Json& holder, std::string_view json, std::string_view open_api) {
  if (const Json* schema = member(holder, json)) return wrong_schema(*schema, kJsonSchema);
  const Json* schema = member(holder, open_api);
  return schema == nullptr ? std::nullopt : wrong_schema(*schema, kOpenApi);
}

Complaint wrong_thinking(std::string_view model, const Json& config) {
  const Json* thinking = member(config, "thinkingConfig");
  if (thinking == nullptr) return std::nullopt;
  if (thinking->contains("thinkingBudget") && thinking->contains("thinkingLevel"))
    return "You can only set only one of thinking budget and thinking level.";
  if (model.starts_with("gemini-2.0"))
    return fmt::format("Thinking is not supported by models/{}.", model);
  if (model.starts_with("gemini-2.5") && thinking->contains("thinkingLevel"))
    return "Thinking level is not supported for this model.";
  const Json* budget = member(*thinking, "thinkingBudget");
  if (budget != nullptr && *budget == 0 && model.starts_with("gemini-2.5-pro"))
    return "Budget 0 is invalid. This model only works in thinking mode.";
  return std::nullopt;
}

Complaint wrong_functions(const Json& body) {
  const Json* tools = member(body, "tools");
  if (tools == nullptr || !tools->is_array()) return std::nullopt;
  for (const Json& tool : *tools) {
    const Json* functions = member(tool, "functionDeclarations");
    if (functions == nullptr || !functions->is_array()) continue;
    for (const Json& function : *functions) {
      if (function.contains("parameters") && function.contains("parametersJsonSchema"))
        return "Only one of parameters and parameters_json_schema may be set.";
      if (auto complaint = wrong_schema_in(function, "parametersJsonSchema", "parameters"))
        return complaint;
    }
  }
  return std::nullopt;
}

Complaint wrong_config(const Json& body) {
  const Json* config = member(body, "generationConfig");
  if (config == nullptr || !config->is_object()) return std::nullopt;
  if (auto complaint = unknown_name(*config, kConfigFields, "generation_config")) return complaint;
  const bool json = text_of(*config, "responseMimeType") == "application/json";
  const bool both = config->contains("responseJsonSchema") && config->contains("responseSchema");
  if (both) return "Only one of response_schema and response_json_schema may be set.";
  for (const char* name : {"responseJsonSchema", "responseSchema"}) {
    if (config->contains(name) && !json)
      return fmt::format("{} is only supported with the response mime type application/json.",
                         name);
  }
  if (const Json* limit = member(*config, "maxOutputTokens");
      limit != nullptr && count_of(*limit) == 0)
    return "max_output_tokens must be positive.";
  if (const Json* temperature = member(*config, "temperature")) {
    const double value = temperature->is_number() ? temperature->get<double>() : -1;
    if (value < 0 || value > 2) return "temperature must be in the range [0.0, 2.0].";
  }
  const Json* stops = member(*config, "stopSequences");
  if (stops != nullptr && stops->size() > 5)
    return "The number of stop sequences exceeds the limit of 5.";
  return wrong_schema_in(*config, "responseJsonSchema", "responseSchema");
}

// Models before Gemini 3 take one or the other.
Complaint functions_and_form(std::string_view model, const Json& body, const Json& config) {
  const bool json = text_of(config, "responseMimeType") == "application/json";
  if (json && member(body, "tools") != nullptr && model.starts_with("gemini-2"))
    return "Function calling with a response mime type: 'application/json' is unsupported";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> broken_rule(std::string_view model, const Json& body) {
  if (!body.is_object()) return "Invalid JSON payload received. Expected an object.";
  for (const auto rule : {wrong_fields, wrong_contents, wrong_config, wrong_functions}) {
    if (auto complaint = rule(body)) return complaint;
  }
  const Json* config = member(body, "generationConfig");
  if (config == nullptr) return std::nullopt;
  if (auto complaint = functions_and_form(model, body, *config)) return complaint;
  return wrong_thinking(model, *config);
}

}  // namespace docwright::providers::gemini
