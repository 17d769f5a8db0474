#include "providers/openai/request.h"

namespace docwright::providers::openai {
namespace {

void append_item(std::string& body, std::string_view role, std::string_view text) {
  if (!body.ends_with('[')) body += ',';
  body += R"({"role":)";
  append_text(body, role);
  body += role == "assistant" ? R"(,"content":[{"type":"output_text","text":)"
                              : R"(,"content":[{"type":"input_text","text":)";
  append_text(body, text);
  body += "}]}";
}

// The first system message is the instructions, which the words about the form end.
void append_input(std::string& body, const Wanted& wanted, std::string words) {
  std::span<const Message> messages = wanted.question.messages;
  std::string instructions;
  if (!messages.empty() && messages.front().role == "system") {
    instructions = messages.front().text;
    messages = messages.subspan(1);
  }
  if (!instructions.empty() && !words.empty()) instructions += "\n\n";
  instructions += words;
  if (!instructions.empty()) append_member(body, "instructions", dump_json(instructions));
  body += R"(,"input":[)";
  for (const Message& message : messages) {
    append_item(body, message.role == "system" ? name(wanted.dialect.system_role) : message.role,
                message.text);
  }
  body += ']';
}

// The members beside "type" stand without a wrapper here, in formats and tools alike. strict is
// always said: for tools its default is true.
std::string named_schema(const Wanted& wanted, std::string_view type, std::string_view member,
                         const std::string& schema) {
  std::string text = R"({"type":)";
  append_text(text, type);
  append_member(text, "name", dump_json(wanted.question.schema_name));
  append_member(text, "strict", wanted.dialect.strict ? "true" : "false");
  append_member(text, member, schema);
  return text + '}';
}

void append_format(std::string& body, const Wanted& wanted, const std::string& schema) {
  std::string format = R"({"type":"text"})";
  switch (wanted.dialect.structured) {
    case Structured::json_schema:
      format = named_schema(wanted, "json_schema", "schema", schema);
      break;
    case Structured::tool:
      append_member(body, "tools",
                    '[' + named_schema(wanted, "function", "parameters", schema) + ']');
      append_member(body, "tool_choice",
                    dump_json({{"type", "function"}, {"name", wanted.question.schema_name}}));
      append_member(body, "parallel_tool_calls", "false");
      break;
    case Structured::json_object:
      format = R"({"type":"json_object"})";
      break;
    case Structured::none:
      break;
  }
  std::string text = R"({"format":)" + format;
  const Json& parameters = wanted.question.parameters;
  if (parameters.contains("verbosity"))
    append_member(text, "verbosity", dump_json(parameters["verbosity"]));
  append_member(body, "text", text + '}');
}

// Two of Chat Completions' parameters stand within others here.
void append_parameters(std::string& body, const Wanted& wanted) {
  Json reasoning;
  for (const auto& [name, value] : wanted.question.parameters.items()) {
    if (name == "reasoning_effort") {
      reasoning["effort"] = value;
    } else if (name == "reasoning" && value.is_object()) {
      reasoning.update(value);
    } else if (name != "verbosity" && wanted.sends(name)) {
      append_member(body, name, dump_json(value));
    }
  }
  if (!reasoning.is_null()) append_member(body, "reasoning", dump_json(reasoning));
}

}  // namespace

std::string responses_body(const Wanted& wanted) {
  const Question& question = wanted.question;
  const std::string schema = schema_text(question, wanted.dialect);
  std::string body = R"({"model":)";
  append_text(body, wanted.model);
  append_input(body, wanted, schema_words(wanted, schema));
  append_member(body, "max_output_tokens", std::to_string(question.answer_tokens_max));
  append_format(body, wanted, schema);
  append_member(body, "store", "false");  // kept by default
  if (!wanted.cache_key.empty())
    append_member(body, "prompt_cache_key", dump_json(wanted.cache_key));
  append_parameters(body, wanted);
  if (wanted.stream) append_member(body, "stream", "true");
  return body + '}';
}

}  // namespace docwright::providers::openai
