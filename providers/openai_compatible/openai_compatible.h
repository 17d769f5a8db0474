// Servers that speak OpenAI's formats (llama.cpp, Ollama, vLLM, LM Studio, gateways): how each
// deviates is data, in YAML alone.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai_compatible {

Provider provider();

}  // namespace docwright::providers::openai_compatible
