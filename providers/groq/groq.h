// Groq: OpenAI's Chat Completions with rules of its own.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::groq {

Provider provider();

}  // namespace docwright::providers::groq
