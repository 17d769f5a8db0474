#include "providers/openai/simulated_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "providers/openai/simulated_models.h"
#include "providers/openai/simulated_schema.h"
#include "providers/wire/members.h"
#include "runtime/characters.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;
using Refusal = std::optional<CallError>;

constexpr std::string_view kChatFields =
    "model messages max_tokens max_completion_tokens temperature top_p stop seed n "
    "presence_penalty frequency_penalty logit_bias logprobs top_logprobs "
    "response_format tools tool_choice parallel_tool_calls reasoning_effort "
    "verbosity service_tier store metadata prompt_cache_key prompt_cache_options "
    "prompt_cache_retention safety_identifier user functions function_call "
    "modalities audio prediction web_search_options stream stream_options";

constexpr std::string_view kResponsesFields =
    "model input instructions prompt max_output_tokens reasoning text tools "
    "tool_choice parallel_tool_calls store include truncation stream "
    "stream_options temperature top_p top_logprobs previous_response_id "
    "conversation background max_tool_calls service_tier metadata prompt_cache_key "
    "prompt_cache_options prompt_cache_retention safety_identifier user";

constexpr std::size_t kToolsMax = 128;

const Json& or_empty(const Json* json) {
  static const Json empty = Json::object();
  return json == nullptr ? empty : *json;
}

Refusal unknown_field(const Json& body, std::string_view known, std::string_view more = {}) {
  for (const auto& [name, value] : body.items()) {
    if (!has_word(known, name) && !has_word(more, name))
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

bool says_json(const Json& json) {
  if (json.is_string()) return lower(json.get_ref<const std::string&>()).contains("json");
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

// `named`: what has a name, and a schema under `member_name`; `what`: how its words call it.
Refusal named_schema_refusal(const Json& named, std::string_view member_name,
                             std::string_view what) {
  if (auto refusal = name_refusal(named)) return refusal;
  const Json* schema = member(named, member_name);
  if (schema == nullptr || !schema->is_object())
    return invalid(fmt::format("Missing required parameter: '{}'.", member_name),
                   "missing_required_parameter");
  if (!is_strict(named)) return std::nullopt;
  return strict_schema_refusal(*schema, fmt::format("{} '{}'", what, text_of(named, "name")));
}

// Chat Completions refuse to be told how to use tools that there are none of.
Refusal unused_refusal(const Json& body) {
  if (!or_empty(member(body, "tools")).empty()) return std::nullopt;
  for (const std::string_view name : {"tool_choice", "parallel_tool_calls"}) {
    const Json& given = or_empty(member(body, name));
    if (!given.empty() && given != "none")
      return invalid(fmt::format("'{}' is only allowed when 'tools' are specified.", name));
  }
  return std::nullopt;
}

// `function`: where a tool has its name.
Refusal tools_refusal(const Json& body, const Json& (*function)(const Json& tool)) {
  const Json* tools = member(body, "tools");
  if (tools == nullptr || !tools->is_array()) return std::nullopt;
  if (tools->size() > kToolsMax)
    return invalid("Invalid 'tools': array too long.", "array_above_max_length");
  std::set<std::string> names;
  for (const Json& tool : *tools) {
    const std::string type = text_of(tool, "type");
    if (type.empty())
      return invalid("Missing required parameter: 'tools[0].type'.", "missing_required_parameter");
    if (type != "function") continue;
    if (auto refusal = named_schema_refusal(function(tool), "parameters", "function"))
      return refusal;
    names.insert(text_of(function(tool), "name"));
  }
  const Json& choice = or_empty(member(body, "tool_choice"));
  if (text_of(choice, "type") != "function" || names.contains(text_of(function(choice), "name")))
    return std::nullopt;
  return invalid(fmt::format("Invalid value for 'tool_choice': no tool is called '{}'.",
                             text_of(function(choice), "name")));
}

Refusal format_refusal(const Json& format, const Json& named, const Json& said) {
  const std::string type = text_of(format, "type");
  if (type == "json_schema") return named_schema_refusal(named, "schema", "response_format");
  if (type == "json_object" && !says_json(said)) {
    return invalid(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type "
        "'json_object'.");
  }
  if (type == "json_object" || type == "text") return std::nullopt;
  return invalid("Invalid value for the format's type.", "invalid_value");
}

// Of whole numbers from 1 on: limits of the answer.
Refusal limit_refusal(const Json& body, std::string_view name, std::int64_t least) {
  const Json* value = member(body, name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_number_integer()) {
    return invalid(fmt::format("Invalid type for '{}': expected an integer.", name),
                   "invalid_type");
  }
  if (value->get<double>() >= static_cast<double>(least)) return std::nullopt;
  return invalid(fmt::format("Invalid '{}': integer below minimum value. Expected a value >= {}, "
                             "but got {} instead.",
                             name, least, dump_json(*value)),
                 "integer_below_min_value");
}

Refusal metadata_refusal(const Json& body) {
  const Json& metadata = or_empty(member(body, "metadata"));
  if (metadata.size() > 16)
    return invalid("Invalid 'metadata': too many properties.", "object_above_max_properties");
  for (const auto& [name, value] : metadata.items()) {
    if (name.size() > 64 || (value.is_string() && value.get_ref<const std::string&>().size() > 512))
      return invalid(fmt::format("Invalid 'metadata.{}': string too long.", name.substr(0, 64)),
                     "string_above_max_length");
  }
  return std::nullopt;
}

Refusal common_refusal(const Json& body) {
  if (text_of(body, "model").empty()) return invalid("you must provide a model parameter");
  for (const auto& [name, most] :
       {std::pair{"temperature", 2.0}, {"top_p", 1.0}, {"top_logprobs", 20.0}}) {
    if (auto refusal = out_of_range(body, name, 0, most)) return refusal;
  }
  const Json* stream = member(body, "stream");
  const Json* options = member(body, "stream_options");
  if (options != nullptr && !options->is_null() && (stream == nullptr || *stream != true))
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  return std::nullopt;
}

// OpenAI's own, which compatible servers do not have.
Refusal published_refusal(const Json& body, Interface interface) {
  if (text_of(body, "prompt_cache_key").size() > 64)
    return invalid("Invalid 'prompt_cache_key': at most 64 characters.", "string_above_max_length");
  if (auto refusal = metadata_refusal(body)) return refusal;
  return model_refusal(body, interface);
}

Refusal ranges_refusal(const Json& body) {
  for (const std::string_view name : {"max_tokens", "max_completion_tokens"}) {
    if (auto refusal = limit_refusal(body, name, 1)) return refusal;
  }
  if (body.contains("max_tokens") && body.contains("max_completion_tokens"))
    return invalid("Setting 'max_tokens' and 'max_completion_tokens' at once is not supported.");
  for (const auto& [name, least, most] : {std::tuple{"n", 1.0, 128.0},
                                          {"presence_penalty", -2.0, 2.0},
                                          {"frequency_penalty", -2.0, 2.0}}) {
    if (auto refusal = out_of_range(body, name, least, most)) return refusal;
  }
  if (body.contains("top_logprobs") && or_empty(member(body, "logprobs")) != true)
    return invalid("'top_logprobs' is only allowed when 'logprobs' is enabled.");
  if (const Json* seed = member(body, "seed");
      seed != nullptr && !seed->is_null() && !seed->is_number_integer())
    return invalid("Invalid type for 'seed': expected an integer.", "invalid_type");
  const Json& stop = or_empty(member(body, "stop"));
  if (stop.is_array() && stop.size() > 4) {
    return invalid("Invalid 'stop': array too long. Expected an array with maximum length 4.",
                   "array_above_max_length");
  }
  return std::nullopt;
}

const Json& function_within(const Json& tool) {
  return or_empty(member(tool, "function"));
}

const Json& itself(const Json& tool) {
  return tool;
}

}  // namespace

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == wanted) return true;
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return false;
}

CallError invalid(std::string message, std::string code) {
  CallError error;
  error.error_class = ErrorClass::invalid_request;
  error.message = std::move(message);
  error.code = std::move(code);
  return error;
}

Refusal shape_refusal(const Json& body) {
  if (!body.is_object()) return invalid("the body is no JSON object");
  if (auto refusal = common_refusal(body)) return refusal;
  if (auto refusal = messages_refusal(body)) return refusal;
  return ranges_refusal(body);
}

Refusal chat_refusal(const Json& body, std::string_view more_fields) {
  if (auto refusal = shape_refusal(body)) return refusal;
  if (auto refusal = unknown_field(body, kChatFields, more_fields)) return refusal;
  if (auto refusal = published_refusal(body, Interface::chat)) return refusal;
  if (auto refusal = unused_refusal(body)) return refusal;
  if (auto refusal = tools_refusal(body, function_within)) return refusal;
  const Json* format = member(body, "response_format");
  if (format == nullptr) return std::nullopt;
  return format_refusal(*format, or_empty(member(*format, "json_schema")), body["messages"]);
}

Refusal responses_refusal(const Json& body) {
  if (!body.is_object()) return invalid("the body is no JSON object");
  if (auto refusal = common_refusal(body)) return refusal;
  if (auto refusal = unknown_field(body, kResponsesFields)) return refusal;
  if (auto refusal = published_refusal(body, Interface::responses)) return refusal;
  const Json* input = member(body, "input");
  if (input == nullptr || input->empty() || *input == "")
    return invalid("Missing required parameter: 'input'.", "missing_required_parameter");
  if (auto refusal = limit_refusal(body, "max_output_tokens", 16)) return refusal;
  if (auto refusal = tools_refusal(body, itself)) return refusal;
  const Json* format = member(or_empty(member(body, "text")), "format");
  const Json said = Json::array({*input, text_of(body, "instructions")});
  return format == nullptr ? std::nullopt : format_refusal(*format, *format, said);
}

}  // namespace docwright::providers::openai
