// What OpenAI refuses, by its published rules.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::openai {

CallError invalid(std::string message, std::string code = "");

// Of a Chat Completions request, whoever serves it: messages, and numbers out of their range.
std::optional<CallError> shape_refusal(const Json& body);
// All of OpenAI's rules: the shape, unknown fields (`more_fields`: words, those that the
// provider has besides), what the model does not take, json_object without the word, a schema or
// tools that are wrong.
std::optional<CallError> chat_refusal(const Json& body, std::string_view more_fields = {});
std::optional<CallError> responses_refusal(const Json& body);

// Whether it is one of `words`, which blanks divide.
bool has_word(std::string_view words, std::string_view wanted);

// Part of shape_refusal().
std::optional<CallError> messages_refusal(const Json& body);

}  // namespace docwright::providers::openai
