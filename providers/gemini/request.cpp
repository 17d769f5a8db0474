#include "providers/gemini/request.h"

#include <algorithm>
#include <array>

#include "providers/wire/conversation.h"
#include "providers/wire/path.h"
#include "providers/wire/schema.h"
#include "providers/wire/schema_words.h"

namespace docwright::providers::gemini {
namespace {

using wire::SchemaSubset;

// Lower limits than the answer's, other shapes of answer, several answers: each would break a
// promise made elsewhere.
constexpr std::array<std::string_view, 26> kReserved = {"model",
                                                        "contents",
                                                        "systemInstruction",
                                                        "system_instruction",
                                                        "generationConfig",
                                                        "generation_config",
                                                        "maxOutputTokens",
                                                        "max_output_tokens",
                                                        "max_tokens",
                                                        "candidateCount",
                                                        "candidate_count",
                                                        "n",
                                                        "stream",
                                                        "tools",
                                                        "toolConfig",
                                                        "tool_config",
                                                        "responseMimeType",
                                                        "response_mime_type",
                                                        "responseSchema",
                                                        "response_schema",
                                                        "messages",
                                                        "responseJsonSchema",
                                                        "response_json_schema",
                                                        "system",
                                                        "cachedContent",
                                                        "cached_content"};

constexpr std::array<std::string_view, 9> kLacked = {
    "max_completion_tokens", "reasoning_effort", "response_format", "logit_bias",
    "top_logprobs",          "stream_options",   "store",           "metadata",
    "parallel_tool_calls"};

// Common names of parameters, as this interface spells them.
struct Spelling {
  std::string_view common, own;
};
constexpr std::array kSpellings = {
    Spelling{"top_p", "topP"},
    Spelling{"top_k", "topK"},
    Spelling{"stop", "stopSequences"},
    Spelling{"stop_sequences", "stopSequences"},
    Spelling{"presence_penalty", "presencePenalty"},
    Spelling{"frequency_penalty", "frequencyPenalty"},
    Spelling{"thinking_config", "thinkingConfig"},
    Spelling{"safety_settings", "safetySettings"},
    Spelling{"service_tier", "serviceTier"},
};
// Stand beside generationConfig; all others stand in it.
constexpr std::array<std::string_view, 3> kBesideConfig = {"safetySettings", "serviceTier",
                                                           "labels"};

constexpr std::string_view kFunctionDescription = "Takes the answer.";

// Per message: the role and its separators. Priming of the answer, and what the provider adds where
// a function is to be called.
constexpr std::int64_t kMessageTokens = 32;
constexpr std::int64_t kPrimingTokens = 1'024;
// A provider may render the schema with line breaks and indentation of its own.
constexpr std::int64_t kSchemaRenderings = 2;

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Json adapted(const Question& question) {
  return wire::adapted_schema(*question.schema, SchemaSubset::gemini);
}

Json parts_of(const std::vector<const Message*>& messages) {
  Json parts = Json::array();
  for (const Message* message : messages) parts.push_back({{"text", message->text}});
  return parts;
}

void add_messages(Json& body, const Question& question, const Dialect& dialect) {
  const wire::Conversation conversation = wire::conversation_of(question.messages);
  Json system = parts_of(conversation.system);
  if (dialect.structured == Structured::json_object || dialect.structured == Structured::none)
    system.push_back({{"text", wire::schema_in_words(dump_json(*question.schema))}});
  if (!system.empty()) body["systemInstruction"] = {{"parts", std::move(system)}};
  body["contents"] = Json::array();
  for (const auto& turn : conversation.turns) {
    body["contents"].push_back({{"role", turn.role == "assistant" ? "model" : "user"},
                                {"parts", parts_of(turn.messages)}});
  }
}

std::string_view own_name(std::string_view parameter) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.common == parameter) return spelling.own;
  }
  return parameter;
}

void add_parameters(Json& body, Json& config, const Json& parameters) {
  for (const auto& [name, value] : parameters.items()) {
    if (reserved(name) || lacked(name)) continue;
    const std::string own(own_name(name));
    const bool list = own == "stopSequences" && !value.is_array();
    (contains(kBesideConfig, own) ? body : config)[own] = list ? Json::array({value}) : value;
  }
}

void add_form(Json& body, Json& config, const Question& question, const Dialect& dialect) {
  switch (dialect.structured) {
    case Structured::json_schema:
      config["responseMimeType"] = "application/json";
      config["responseJsonSchema"] = adapted(question);
      break;
    case Structured::tool: {
      const Json function = {{"name", question.schema_name},
                             {"description", kFunctionDescription},
                             {"parametersJsonSchema", adapted(question)}};
      const Json only = {{"mode", "ANY"}, {"allowedFunctionNames", {question.schema_name}}};
      body["tools"] = Json::array({{{"functionDeclarations", Json::array({function})}}});
      body["toolConfig"] = {{"functionCallingConfig", only}};
      break;
    }
    case Structured::json_object:
      config["responseMimeType"] = "application/json";
      break;
    case Structured::none:
      break;
  }
}

// The key never stands in the address, where logs would show it.
void add_headers(HttpRequest& request, const Endpoint& endpoint) {
  if (!endpoint.key.empty()) request.headers.emplace_back("x-goog-api-key", endpoint.key);
  for (const auto& header : endpoint.headers) request.headers.push_back(header);
}

// Lists name models with this in front, addresses have it already.
std::string_view bare_name(std::string_view model) {
  constexpr std::string_view kPrefix = "models/";
  if (model.starts_with(kPrefix)) model.remove_prefix(kPrefix.size());
  return model;
}

}  // namespace

bool reserved(std::string_view parameter) {
  return contains(kReserved, parameter);
}

bool lacked(std::string_view parameter) {
  return contains(kLacked, parameter);
}

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream) {
  HttpRequest request;
  request.url = endpoint.base_url + "/models/" + wire::path_segment(bare_name(question.model)) +
                (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  request.headers.emplace_back("Content-Type", "application/json");
  add_headers(request, endpoint);
  Json body = Json::object();
  Json config = {{"maxOutputTokens", question.answer_tokens_max}};
  add_messages(body, question, dialect);
  add_parameters(body, config, question.parameters);
  add_form(body, config, question, dialect);
  body["generationConfig"] = std::move(config);
  request.body = dump_json(body);
  return request;
}

HttpRequest list_models(const Endpoint& endpoint) {
  HttpRequest request;
  request.method = "GET";
  request.url = endpoint.base_url + "/models?pageSize=1000";
  add_headers(request, endpoint);
  return request;
}

std::int64_t overhead_tokens(const Question& question, const Dialect&) {
  const auto schema = static_cast<std::int64_t>(
      std::max(dump_json(adapted(question)).size(), dump_json(*question.schema).size()));
  const auto messages = static_cast<std::int64_t>(question.messages.size()) + 1;
  const std::size_t words = wire::schema_in_words("").size() + kFunctionDescription.size() +
                            2 * question.schema_name.size();
  return kPrimingTokens + messages * kMessageTokens + static_cast<std::int64_t>(words) +
         kSchemaRenderings * schema;
}

}  // namespace docwright::providers::gemini
