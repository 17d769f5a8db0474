// A question as a Chat Completions request.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream);

// GET /models: free of charge.
HttpRequest list_models(const Endpoint& endpoint);

// The fields that the codec sets itself; a parameter of such a name is not sent.
bool reserved(std::string_view parameter);

// An upper bound of the prompt tokens beyond the texts of the messages: a token is at least one
// byte, so whatever is added (role names, separators, priming, the schema as the provider renders
// it) is bounded by its bytes.
std::int64_t overhead_tokens(const Question& question);

}  // namespace docwright::providers::openai
