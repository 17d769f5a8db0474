// A question as a Messages request.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::anthropic {

// An answer limit above this one is asked for as a stream, whatever `stream` says: the connection
// would be cut before such an answer is complete.
inline constexpr std::int64_t kPlainAnswerTokensMax = 21'333;

HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                   bool stream);

// GET /models: free of charge.
HttpRequest list_models(const Endpoint& endpoint, const Dialect& dialect);

// The fields that the codec sets itself.
bool reserved(std::string_view parameter);
// Fields of other interfaces, which this one refuses.
bool lacked(std::string_view parameter);

// An upper bound of the prompt tokens beyond the texts of the messages. The tokenizer is not
// public, but a token is at least one byte, so whatever is sent is bounded by its bytes; what the
// provider adds on its own is bounded by several times what it has published.
std::int64_t overhead_tokens(const Question& question, const Dialect& dialect);

}  // namespace docwright::providers::anthropic
