#include "providers/openai/request.h"

namespace docwright::providers::openai {
namespace {

std::string_view name(AnswerLimitField field) {
  return field == AnswerLimitField::max_tokens ? "max_tokens" : "max_completion_tokens";
}

void append_message(std::string& body, std::string_view role, std::string_view text) {
  if (!body.ends_with('[')) body += ',';
  body += R"({"role":)";
  append_text(body, role);
  body += R"(,"content":)";
  append_text(body, text);
  body += '}';
}

// Words about the form end the one system message: templates of local servers refuse a second.
void append_messages(std::string& body, const Wanted& wanted, std::string words) {
  body += R"(,"messages":[)";
  const std::string_view system = openai::name(wanted.dialect.system_role);
  const auto& messages = wanted.question.messages;
  if (!words.empty() && (messages.empty() || messages.front().role != "system"))
    append_message(body, system, std::exchange(words, {}));
  for (const Message& message : messages) {
    const bool is_system = message.role == "system";
    if (is_system && !words.empty()) {
      append_message(body, system, message.text + "\n\n" + std::exchange(words, {}));
    } else {
      append_message(body, is_system ? system : message.role, message.text);
    }
  }
  body += ']';
}

void append_tool(std::string& body, const Wanted& wanted, const std::string& schema) {
  body += R"(,"tools":[{"type":"function","function":{"name":)";
  append_text(body, wanted.question.schema_name);
  body += R"(,"description":"Takes the answer.")";
  if (wanted.dialect.strict) body += R"(,"strict":true)";
  body += R"(,"parameters":)" + schema + "}}]";
  body += R"(,"tool_choice":{"type":"function","function":{"name":)";
  append_text(body, wanted.question.schema_name);
  body += "}}";
  // Several calls at once are not held to the schema.
  if (wanted.dialect.strict) body += R"(,"parallel_tool_calls":false)";
}

void append_format(std::string& body, const Wanted& wanted, const std::string& schema) {
  switch (wanted.dialect.structured) {
    case Structured::json_schema:
      body += R"(,"response_format":{"type":"json_schema","json_schema":{"name":)";
      append_text(body, wanted.question.schema_name);
      if (wanted.dialect.strict) body += R"(,"strict":true)";
      body += R"(,"schema":)" + schema + "}}";
      return;
    case Structured::tool:
      return append_tool(body, wanted, schema);
    case Structured::json_object:
      body += R"(,"response_format":{"type":"json_object"})";
      return;
    case Structured::none:
      return;
  }
}

}  // namespace

std::string chat_body(const Wanted& wanted) {
  const Question& question = wanted.question;
  const std::string schema = schema_text(question, wanted.dialect);
  std::string body;
  std::size_t texts = schema.size();
  for (const Message& message : question.messages) texts += message.text.size();
  body.reserve(texts + texts / 8 + 512);

  body += R"({"model":)";
  append_text(body, wanted.model);
  append_messages(body, wanted, schema_words(wanted, schema));
  append_member(body, name(wanted.dialect.answer_limit_field),
                std::to_string(question.answer_tokens_max));
  append_format(body, wanted, schema);
  if (!wanted.cache_key.empty())
    append_member(body, "prompt_cache_key", dump_json(wanted.cache_key));
  for (const auto& [name, value] : question.parameters.items()) {
    if (wanted.sends(name)) append_member(body, name, dump_json(value));
  }
  if (wanted.stream) {
    body += R"(,"stream":true)";
    if (wanted.dialect.stream_usage) body += R"(,"stream_options":{"include_usage":true})";
  }
  body += '}';
  return body;
}

}  // namespace docwright::providers::openai
