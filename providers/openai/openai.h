// OpenAI's Chat Completions, and every server that speaks them (llama.cpp, vLLM, Ollama, gateways).
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

Provider provider();

}  // namespace docwright::providers::openai
