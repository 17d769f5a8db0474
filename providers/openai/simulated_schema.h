// What OpenAI refuses of a schema that is to be enforced.
#pragma once
#include <optional>
#include <string_view>

#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::openai {

// By the published subset of JSON Schema and its size. `of`: whose it is, as its words have it:
// "response_format 'documents'".
std::optional<CallError> strict_schema_refusal(const Json& schema, std::string_view of);

}  // namespace docwright::providers::openai
