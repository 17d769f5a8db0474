// What OpenAI refuses, by its published rules.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::openai {

CallError invalid(std::string message, std::string code = "");

// Of a Chat Completions request: unknown fields, values out of range, what reasoning models do not
// take, json_object without the word, a form that strict does not know.
std::optional<CallError> chat_refusal(const Json& body);
std::optional<CallError> responses_refusal(const Json& body);

// Of a schema that is to be enforced.
std::optional<CallError> strict_schema_refusal(const Json& schema);

}  // namespace docwright::providers::openai
