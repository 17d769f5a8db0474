#include "providers/anthropic/request.h"

#include <algorithm>
#include <array>

#include "providers/wire/conversation.h"
#include "providers/wire/schema.h"
#include "providers/wire/schema_words.h"

namespace docwright::providers::anthropic {
namespace {

using wire::SchemaSubset;

constexpr std::string_view kVersion = "2023-06-01";

// Lower limits than the answer's, other shapes of answer: each would break a promise made
// elsewhere. output_config may be given for its effort; its format is the codec's.
constexpr std::array<std::string_view, 9> kReserved = {
    "model", "messages",    "system",        "max_tokens",   "stream",
    "tools", "tool_choice", "cache_control", "output_format"};

constexpr std::array<std::string_view, 12> kLacked = {
    "seed",           "n",        "presence_penalty", "frequency_penalty",
    "logit_bias",     "logprobs", "top_logprobs",     "max_completion_tokens",
    "stream_options", "store",    "response_format",  "reasoning_effort"};

constexpr std::string_view kToolDescription = "Takes the answer.";

// Per message: the role and its separators. Priming of the answer.
constexpr std::int64_t kMessageTokens = 32;
constexpr std::int64_t kPrimingTokens = 64;
// What the provider adds where a tool or a form of the answer is asked for: up to 530 tokens are
// published for tools.
constexpr std::int64_t kInstructionTokens = 2'048;
// A provider may render the schema with line breaks and indentation of its own.
constexpr std::int64_t kSchemaRenderings = 2;

Json adapted(const Question& question) {
  return wire::adapted_schema(*question.schema, SchemaSubset::anthropic);
}

bool in_words(const Dialect& dialect) {
  return dialect.structured == Structured::json_object || dialect.structured == Structured::none;
}

// The prompt is cached up to the end of the last stable block: what stands before it is the same in
// every question. One mark is enough (four may be set), as all that it covers changes together.
const Message* marked(const Question& question, const Dialect& dialect) {
  const Message* last = nullptr;
  if (dialect.prompt_cache != PromptCache::marks) return last;
  for (const Message& message : question.messages) {
    if (message.stable && !wire::is_blank(message.text)) last = &message;
  }
  return last;
}

Json text_block(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

void add_messages(Json& body, const Question& question, const Dialect& dialect) {
  const Message* mark = marked(question, dialect);
  const auto blocks_of = [&](const std::vector<const Message*>& messages) {
    Json blocks = Json::array();
    for (const Message* message : messages) {
      blocks.push_back(text_block(message->text));
      if (message == mark) blocks.back()["cache_control"] = {{"type", "ephemeral"}};
    }
    return blocks;
  };
  const wire::Conversation conversation = wire::conversation_of(question.messages);
  Json system = blocks_of(conversation.system);
  if (in_words(dialect))
    system.push_back(text_block(wire::schema_in_words(dump_json(*question.schema))));
  if (!system.empty()) body["system"] = std::move(system);
  body["messages"] = Json::array();
  for (const auto& turn : conversation.turns)
    body["messages"].push_back({{"role", turn.role}, {"content", blocks_of(turn.messages)}});
}

void add_parameters(Json& body, const Json& parameters) {
  for (const auto& [name, value] : parameters.items()) {
    if (reserved(name) || lacked(name)) continue;
    if (name == "stop") {
      body["stop_sequences"] = value.is_array() ? value : Json::array({value});
    } else if (name != "output_config" || value.is_object()) {
      body[name] = value;
    }
  }
  if (body.contains("output_config")) body["output_config"].erase("format");
}

void add_form(Json& body, const Question& question, const Dialect& dialect) {
  if (dialect.structured == Structured::json_schema) {
    body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", adapted(question)}};
  } else if (dialect.structured == Structured::tool) {
    body["tools"] = Json::array({{{"name", question.schema_name},
                                  {"description", kToolDescription},
                                  {"input_schema", adapted(question)}}});
    body["tool_choice"] = {
        {"type", "tool"}, {"name", question.schema_name}, {"disable_parallel_tool_use", true}};
  }
}

void add_headers(HttpRequest& request, const Endpoint& endpoint, const Dialect& dialect) {
  const std::string& version = dialect.api_version;
  request.headers.emplace_back("anthropic-version",
                               version.empty() ? std::string(kVersion) : version);
  if (!endpoint.key.empty()) request.headers.emplace_back("x-api-key", endpoint.key);
  for (const auto& header : endpoint.headers) request.headers.push_back(header);
}

}  // namespace

bool reserved(std::string_view parameter) {
  return std::ranges::find(kReserved, parameter) != kReserved.end();
}

bool lacked(std::string_view parameter) {
  return std::ranges::find(kLacked, parameter) != kLacked.end();
}

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream) {
  HttpRequest request;
  request.url = endpoint.base_url + "/messages";
  request.headers.emplace_back("Content-Type", "application/json");
  add_headers(request, endpoint, dialect);
  Json body = {{"model", question.model}, {"max_tokens", question.answer_tokens_max}};
  add_messages(body, question, dialect);
  add_parameters(body, question.parameters);
  add_form(body, question, dialect);
  if (stream || question.answer_tokens_max > kPlainAnswerTokensMax) body["stream"] = true;
  request.body = dump_json(body);
  return request;
}

HttpRequest list_models(const Endpoint& endpoint, const Dialect& dialect) {
  HttpRequest request;
  request.method = "GET";
  request.url = endpoint.base_url + "/models?limit=1000";
  add_headers(request, endpoint, dialect);
  return request;
}

std::int64_t overhead_tokens(const Question& question, const Dialect&) {
  const auto schema = static_cast<std::int64_t>(
      std::max(dump_json(adapted(question)).size(), dump_json(*question.schema).size()));
  const auto messages = static_cast<std::int64_t>(question.messages.size()) + 1;
  const std::size_t words =
      wire::schema_in_words("").size() + kToolDescription.size() + 2 * question.schema_name.size();
  return kPrimingTokens + messages * kMessageTokens + kInstructionTokens +
         static_cast<std::int64_t>(words) + kSchemaRenderings * schema;
}

}  // namespace docwright::providers::anthropic
