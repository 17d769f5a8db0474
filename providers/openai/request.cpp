#include "providers/openai/request.h"

#include <algorithm>
#include <array>

#include "providers/wire/schema.h"
#include "providers/wire/schema_words.h"
#include "runtime/hash.h"

namespace docwright::providers::openai {
namespace {

// Other limits than the answer's, other shapes of answer, several answers, text that comes from
// somewhere else, searches and predictions that are paid for beside the answer, storing what was
// asked: each would break a promise made elsewhere.
constexpr auto kReserved = std::to_array<std::string_view>({"model",
                                                            "messages",
                                                            "input",
                                                            "instructions",
                                                            "max_tokens",
                                                            "max_completion_tokens",
                                                            "max_output_tokens",
                                                            "n",
                                                            "stream",
                                                            "stream_options",
                                                            "response_format",
                                                            "text",
                                                            "tools",
                                                            "tool_choice",
                                                            "parallel_tool_calls",
                                                            "functions",
                                                            "function_call",
                                                            "store",
                                                            "background",
                                                            "previous_response_id",
                                                            "conversation",
                                                            "truncation",
                                                            "prompt_cache_key",
                                                            "prompt",
                                                            "n_predict",
                                                            "best_of",
                                                            "modalities",
                                                            "audio",
                                                            "prediction",
                                                            "web_search_options"});

constexpr std::array<std::string_view, 6> kResponsesLack = {
    "stop", "seed", "logit_bias", "logprobs", "presence_penalty", "frequency_penalty"};

// Per message: the separators, the role's name and a line break, all below 16 bytes of text.
// Priming of the answer: 3 tokens are known; rendered templates of local servers stay below 64
// bytes. Around a tool: what tells the model of it.
constexpr std::int64_t kMessageBytes = 32;
constexpr std::int64_t kPrimingBytes = 64;
constexpr std::int64_t kToolBytes = 1024;
// A provider may render the schema with line breaks and indentation of its own.
constexpr std::int64_t kSchemaRenderings = 2;

bool in_words(const Dialect& dialect) {
  return dialect.structured == Structured::json_object || dialect.structured == Structured::none;
}

}  // namespace

bool reserved(std::string_view parameter) {
  return std::ranges::find(kReserved, parameter) != kReserved.end();
}

std::span<const std::string_view> responses_lack() {
  return kResponsesLack;
}

std::string schema_text(const Question& question, const Dialect& dialect) {
  const bool enforced = dialect.strict && !in_words(dialect);
  if (!enforced) return dump_json(*question.schema);
  return dump_json(wire::adapted_schema(*question.schema, wire::SchemaSubset::openai));
}

std::string schema_words(const Wanted& wanted, const std::string& schema) {
  return in_words(wanted.dialect) ? wire::schema_in_words(schema) : std::string();
}

std::string_view name(SystemRole role) {
  return role == SystemRole::developer ? "developer" : "system";
}

std::string prompt_cache_key(const Question& question, const Dialect& dialect) {
  if (dialect.prompt_cache != PromptCache::key) return {};
  Hash prefix{};
  bool stable = false;
  for (const Message& message : question.messages) {
    if (!message.stable) continue;
    stable = true;
    prefix = sha256_of({bytes_of(prefix), message.role, message.text});
  }
  return stable ? "docwright-" + hex(prefix).substr(0, 32) : std::string();
}

void append_text(std::string& body, std::string_view text) {
  body += dump_json(Json(std::string(text)));
}

void append_member(std::string& body, std::string_view name, std::string_view json) {
  body += ',';
  append_text(body, name);
  body.append(":").append(json);
}

std::int64_t overhead_tokens(const Question& question, const Dialect& dialect) {
  const auto schema = static_cast<std::int64_t>(schema_text(question, dialect).size());
  const auto messages = static_cast<std::int64_t>(question.messages.size()) + 1;
  const std::int64_t tool = dialect.structured == Structured::tool ? kToolBytes : 0;
  return kPrimingBytes + tool + messages * kMessageBytes +
         static_cast<std::int64_t>(wire::kSchemaInWords.size()) +
         static_cast<std::int64_t>(question.schema_name.size()) + kSchemaRenderings * schema;
}

}  // namespace docwright::providers::openai
