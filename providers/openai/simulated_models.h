// What OpenAI's models take and refuse, by their names.
#pragma once
#include <optional>
#include <string_view>

#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::openai {

enum class Interface { chat, responses };

// Of a request in either interface: a model that has only the other one, a form of answer that it
// is too old for, parameters that a model which reasons does not take, an effort that it does not
// know.
std::optional<CallError> model_refusal(const Json& body, Interface interface);

}  // namespace docwright::providers::openai
