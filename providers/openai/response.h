// A Chat Completions response as an answer or an error.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

CallResult<Answer> decode(const HttpResponse& response);

}  // namespace docwright::providers::openai
