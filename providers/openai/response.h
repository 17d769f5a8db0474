// A Chat Completions response as an answer or an error.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

CallResult<Answer> decode(const HttpResponse& response);

// The names in an answer to GET /models.
CallResult<std::vector<std::string>> listed_models(const HttpResponse& response);

// What whole answers and streams have in common.

// Of an answer's or a chunk's `usage`; absent where nothing was counted.
std::optional<Usage> usage_of(const Json& body);
// error > content_filter > refusal > length > tool_call > complete; `raw` is never empty.
Finish finish_of(std::string_view raw, bool refuses, bool calls_a_tool);

}  // namespace docwright::providers::openai
