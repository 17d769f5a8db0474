// A question as a generateContent request.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::gemini {

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream);

// GET /models: free of charge.
HttpRequest list_models(const Endpoint& endpoint);

// The fields that the codec sets itself, in the spellings that the server takes.
bool reserved(std::string_view parameter);
// Fields of other interfaces: the server refuses every name that it does not know.
bool lacked(std::string_view parameter);

// An upper bound of the prompt tokens beyond the texts of the messages. The tokenizer is not
// public, but a token is at least one byte, so whatever is sent is bounded by its bytes.
std::int64_t overhead_tokens(const Question& question, const Dialect& dialect);

}  // namespace docwright::providers::gemini
