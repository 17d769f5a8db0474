#include "providers/openai/simulated_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;
using Refusal = std::optional<CallError>;
using Names = std::span<const std::string_view>;

constexpr auto kChatFields = std::to_array<std::string_view>({"model",
                                                              "messages",
                                                              "max_tokens",
                                                              "max_completion_tokens",
                                                              "temperature",
                                                              "top_p",
                                                              "stop",
                                                              "seed",
                                                              "n",
                                                              "presence_penalty",
                                                              "frequency_penalty",
                                                              "logit_bias",
                                                              "logprobs",
                                                              "top_logprobs",
                                                              "response_format",
                                                              "tools",
                                                              "tool_choice",
                                                              "parallel_tool_calls",
                                                              "reasoning_effort",
                                                              "verbosity",
                                                              "service_tier",
                                                              "store",
                                                              "metadata",
                                                              "prompt_cache_key",
                                                              "prompt_cache_options",
                                                              "prompt_cache_retention",
                                                              "safety_identifier",
                                                              "user",
                                                              "stream",
                                                              "stream_options"});

constexpr auto kResponsesFields = std::to_array<std::string_view>({"model",
                                                                   "input",
                                                                   "instructions",
                                                                   "max_output_tokens",
                                                                   "reasoning",
                                                                   "text",
                                                                   "tools",
                                                                   "tool_choice",
                                                                   "parallel_tool_calls",
                                                                   "store",
                                                                   "include",
                                                                   "truncation",
                                                                   "stream",
                                                                   "stream_options",
                                                                   "temperature",
                                                                   "top_p",
                                                                   "top_logprobs",
                                                                   "previous_response_id",
                                                                   "conversation",
                                                                   "background",
                                                                   "max_tool_calls",
                                                                   "service_tier",
                                                                   "metadata",
                                                                   "prompt_cache_key",
                                                                   "prompt_cache_options",
                                                                   "prompt_cache_retention",
                                                                   "safety_identifier",
                                                                   "user"});

constexpr auto kNeverWithReasoning = std::to_array<std::string_view>(
    {"max_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "stop"});
constexpr auto kNotWhileReasoning =
    std::to_array<std::string_view>({"temperature", "top_p", "logprobs", "top_logprobs"});

constexpr auto kUnknownToStrict = std::to_array<std::string_view>(
    {"allOf", "not", "oneOf", "if", "then", "else", "dependentRequired", "dependentSchemas",
     "default", "patternProperties", "uniqueItems", "minLength", "maxLength"});

bool among(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Refusal unknown_field(const Json& body, Names known) {
  for (const auto& [name, value] : body.items()) {
    if (!among(known, name))
      return invalid(fmt::format("Unknown parameter: '{}'.", name), "unknown_parameter");
  }
  return std::nullopt;
}

Refusal out_of_range(const Json& body, std::string_view name, double least, double most) {
  const Json* value = member(body, name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_number() && value->get<double>() >= least && value->get<double>() <= most)
    return std::nullopt;
  return invalid(fmt::format("Invalid '{}': expected a number from {} to {}.", name, least, most),
                 "invalid_value");
}

// o1, o3, o4-mini, gpt-5 and later; not the models of the chat product.
bool reasons(std::string_view model) {
  if (model.contains("chat")) return false;
  return model.starts_with("gpt-5") || model.starts_with("o1") || model.starts_with("o3") ||
         model.starts_with("o4");
}

// From gpt-5.1 on, a model that is told not to reason takes what the others take.
bool told_not_to(const Json& body, std::string_view model) {
  return model.starts_with("gpt-5.") && text_of(body, "reasoning_effort") == "none";
}

Refusal reasoning_refusal(const Json& body) {
  const std::string model = text_of(body, "model");
  if (!reasons(model)) return std::nullopt;
  for (const auto& [name, value] : body.items()) {
    const bool refused = among(kNeverWithReasoning, name) ||
                         (among(kNotWhileReasoning, name) && !told_not_to(body, model));
    if (refused) {
      return invalid(
          fmt::format("Unsupported parameter: '{}' is not supported with this model.{}", name,
                      name == "max_tokens" ? " Use 'max_completion_tokens' instead." : ""),
          "unsupported_parameter");
    }
  }
  return std::nullopt;
}

bool says_json(const Json& json) {
  if (json.is_string()) {
    std::string text = json.get<std::string>();
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text.contains("json");
  }
  return json.is_structured() && std::ranges::any_of(json, says_json);
}

Refusal name_refusal(const Json& named) {
  const std::string name = text_of(named, "name");
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  if (!name.empty() && name.size() <= 64 && std::ranges::all_of(name, good)) return std::nullopt;
  return invalid("Invalid name: expected at most 64 of a-z, A-Z, 0-9, '_' and '-'.",
                 "invalid_value");
}

bool is_strict(const Json& named) {
  const Json* strict = member(named, "strict");
  return strict != nullptr && strict->is_boolean() && strict->get<bool>();
}

// `named`: what has a name, and a schema under `member_name`.
Refusal named_schema_refusal(const Json& named, std::string_view member_name) {
  if (auto refusal = name_refusal(named)) return refusal;
  const Json* schema = member(named, member_name);
  if (schema == nullptr || !schema->is_object())
    return invalid(fmt::format("Missing required parameter: '{}'.", member_name),
                   "missing_required_parameter");
  return is_strict(named) ? strict_schema_refusal(*schema) : std::nullopt;
}

Refusal format_refusal(const Json& format, const Json& named, const Json& said) {
  const std::string type = text_of(format, "type");
  if (type == "json_schema") return named_schema_refusal(named, "schema");
  if (type == "json_object" && !says_json(said)) {
    return invalid(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type "
        "'json_object'.");
  }
  if (type == "json_object" || type == "text") return std::nullopt;
  return invalid("Invalid value for the format's type.", "invalid_value");
}

Refusal common_refusal(const Json& body) {
  if (text_of(body, "model").empty()) return invalid("you must provide a model parameter");
  for (const auto& [name, most] : {std::pair{"temperature", 2.0}, {"top_p", 1.0}}) {
    if (auto refusal = out_of_range(body, name, 0, most)) return refusal;
  }
  if (member(body, "stream_options") != nullptr && member(body, "stream") == nullptr)
    return invalid("'stream_options' is only allowed when 'stream' is set.");
  if (text_of(body, "prompt_cache_key").size() > 64)
    return invalid("Invalid 'prompt_cache_key': at most 64 characters.", "string_above_max_length");
  return reasoning_refusal(body);
}

const Json& or_empty(const Json* json) {
  static const Json empty = Json::object();
  return json == nullptr ? empty : *json;
}

}  // namespace

CallError invalid(std::string message, std::string code) {
  CallError error;
  error.error_class = ErrorClass::invalid_request;
  error.message = std::move(message);
  error.code = std::move(code);
  return error;
}

Refusal strict_schema_refusal(const Json& schema) {
  if (schema.is_array()) {
    for (const Json& entry : schema) {
      if (auto refusal = strict_schema_refusal(entry)) return refusal;
    }
  }
  if (!schema.is_object()) return std::nullopt;
  const auto wrong = [](std::string_view why) {
    return invalid(fmt::format("Invalid schema for response_format: {}", why),
                   "invalid_json_schema");
  };
  if (text_of(schema, "type") == "object") {
    const Json* closed = member(schema, "additionalProperties");
    if (closed == nullptr || *closed != false)
      return wrong("'additionalProperties' is required to be supplied and to be false.");
    const Json& required = or_empty(member(schema, "required"));
    for (const auto& [name, value] : or_empty(member(schema, "properties")).items()) {
      if (std::ranges::find(required, Json(name)) == required.end())
        return wrong(fmt::format("'required' has to name every property; missing '{}'.", name));
    }
  }
  for (const auto& [name, value] : schema.items()) {
    if (name == "enum" || name == "const" || name == "description") continue;
    if (name == "properties" || name == "$defs") {
      for (const auto& [property, inner] : value.items()) {
        if (auto refusal = strict_schema_refusal(inner)) return refusal;
      }
      continue;
    }
    if (among(kUnknownToStrict, name)) return wrong(fmt::format("'{}' is not permitted.", name));
    if (auto refusal = strict_schema_refusal(value)) return refusal;
  }
  return std::nullopt;
}

Refusal chat_refusal(const Json& body) {
  if (!body.is_object()) return invalid("the body is no JSON object");
  if (auto refusal = common_refusal(body)) return refusal;
  if (auto refusal = unknown_field(body, kChatFields)) return refusal;
  const Json* messages = member(body, "messages");
  if (messages == nullptr || !messages->is_array() || messages->empty())
    return invalid("'messages' must hold at least one message");
  if (body.contains("max_tokens") && body.contains("max_completion_tokens"))
    return invalid("Setting 'max_tokens' and 'max_completion_tokens' at once is not supported.");
  for (const auto& [name, least, most] : {std::tuple{"n", 1.0, 128.0},
                                          {"presence_penalty", -2.0, 2.0},
                                          {"frequency_penalty", -2.0, 2.0}}) {
    if (auto refusal = out_of_range(body, name, least, most)) return refusal;
  }
  if (const Json* stop = member(body, "stop");
      stop != nullptr && stop->is_array() && stop->size() > 4)
    return invalid("Invalid 'stop': at most 4 are allowed.", "array_above_max_length");
  for (const Json& tool : or_empty(member(body, "tools"))) {
    if (auto refusal = named_schema_refusal(or_empty(member(tool, "function")), "parameters"))
      return refusal;
  }
  const Json* format = member(body, "response_format");
  return format == nullptr
             ? std::nullopt
             : format_refusal(*format, or_empty(member(*format, "json_schema")), *messages);
}

Refusal responses_refusal(const Json& body) {
  if (!body.is_object()) return invalid("the body is no JSON object");
  if (auto refusal = common_refusal(body)) return refusal;
  if (auto refusal = unknown_field(body, kResponsesFields)) return refusal;
  const Json* input = member(body, "input");
  if (input == nullptr || input->empty()) return invalid("'input' must hold at least one item");
  if (const auto most = count_of(body, "max_output_tokens"); most > 0 && most < 16)
    return invalid("Invalid 'max_output_tokens': at least 16.", "integer_below_min_value");
  for (const Json& tool : or_empty(member(body, "tools"))) {
    if (auto refusal = named_schema_refusal(tool, "parameters")) return refusal;
  }
  const Json* format = member(or_empty(member(body, "text")), "format");
  const Json said = Json::array({*input, text_of(body, "instructions")});
  return format == nullptr ? std::nullopt : format_refusal(*format, *format, said);
}

}  // namespace docwright::providers::openai
