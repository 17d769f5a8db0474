#include "providers/openai/request.h"

#include <algorithm>
#include <array>

namespace docwright::providers::openai {
namespace {

// Lower limits than the answer's, other shapes of answer, several answers: each would break a
// promise made elsewhere.
constexpr std::array<std::string_view, 9> kReserved = {
    "model",          "messages",        "max_tokens", "max_completion_tokens", "n", "stream",
    "stream_options", "response_format", "tools"};

// A server without JSON Schema gets it as words; OpenAI's json_object mode refuses messages without
// the word JSON.
constexpr std::string_view kSchemaInWords =
    "Answer with one JSON object and nothing else: no prose, no code fence. It must be valid "
    "against this JSON Schema:\n";

// Per message: the separators, the role's name and a line break, all below 16 bytes of text.
// Priming of the answer: 3 tokens are known; rendered templates of local servers stay below 64
// bytes.
constexpr std::int64_t kMessageBytes = 32;
constexpr std::int64_t kPrimingBytes = 64;
// A provider may render the schema with line breaks and indentation of its own.
constexpr std::int64_t kSchemaRenderings = 2;

std::string_view name(SystemRole role) {
  return role == SystemRole::developer ? "developer" : "system";
}

std::string_view name(AnswerLimitField field) {
  return field == AnswerLimitField::max_tokens ? "max_tokens" : "max_completion_tokens";
}

void append_text(std::string& body, std::string_view text) {
  body += dump_json(Json(std::string(text)));
}

void append_message(std::string& body, std::string_view role, std::string_view text) {
  if (!body.ends_with('[')) body += ',';
  body += R"({"role":)";
  append_text(body, role);
  body += R"(,"content":)";
  append_text(body, text);
  body += '}';
}

void append_messages(std::string& body, const Question& question, const Dialect& dialect,
                     const std::string& schema) {
  body += R"(,"messages":[)";
  if (dialect.structured != Structured::json_schema) {
    append_message(body, name(dialect.system_role), std::string(kSchemaInWords) + schema);
  }
  for (const Message& message : question.messages) {
    const std::string_view role =
        message.role == "system" ? name(dialect.system_role) : message.role;
    append_message(body, role, message.text);
  }
  body += ']';
}

void append_format(std::string& body, const Question& question, const Dialect& dialect,
                   const std::string& schema) {
  if (dialect.structured == Structured::json_schema) {
    body += R"(,"response_format":{"type":"json_schema","json_schema":{"name":)";
    append_text(body, question.schema_name);
    body += R"(,"strict":true,"schema":)" + schema + "}}";
  } else if (dialect.structured == Structured::json_object) {
    body += R"(,"response_format":{"type":"json_object"})";
  }
}

void append_headers(HttpRequest& request, const Endpoint& endpoint) {
  if (!endpoint.key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + endpoint.key);
  for (const auto& header : endpoint.headers) request.headers.push_back(header);
}

}  // namespace

bool reserved(std::string_view parameter) {
  return std::ranges::find(kReserved, parameter) != kReserved.end();
}

HttpRequest list_models(const Endpoint& endpoint) {
  HttpRequest request;
  request.method = "GET";
  request.url = endpoint.base_url + "/models";
  append_headers(request, endpoint);
  return request;
}

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream) {
  HttpRequest request;
  request.url = endpoint.base_url + "/chat/completions";
  request.headers.emplace_back("Content-Type", "application/json");
  append_headers(request, endpoint);

  const std::string schema = dump_json(*question.schema);
  std::string& body = request.body;
  std::size_t texts = schema.size();
  for (const Message& message : question.messages) texts += message.text.size();
  body.reserve(texts + texts / 8 + 512);

  body += R"({"model":)";
  append_text(body, question.model);
  append_messages(body, question, dialect, schema);
  body.append(",\"").append(name(dialect.answer_limit_field)).append("\":");
  body += std::to_string(question.answer_tokens_max);
  append_format(body, question, dialect, schema);
  for (const auto& [name, value] : question.parameters.items()) {
    if (reserved(name)) continue;
    body += ',';
    append_text(body, name);
    body += ':' + dump_json(value);
  }
  if (stream) {
    body += R"(,"stream":true)";
    if (dialect.stream_usage) body += R"(,"stream_options":{"include_usage":true})";
  }
  body += '}';
  return request;
}

std::int64_t overhead_tokens(const Question& question) {
  const auto schema = static_cast<std::int64_t>(dump_json(*question.schema).size());
  const auto messages = static_cast<std::int64_t>(question.messages.size()) + 1;
  return kPrimingBytes + messages * kMessageBytes +
         static_cast<std::int64_t>(kSchemaInWords.size()) +
         static_cast<std::int64_t>(question.schema_name.size()) + kSchemaRenderings * schema;
}

}  // namespace docwright::providers::openai
