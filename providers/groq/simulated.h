// Groq from the server's side, for the simulator.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::groq {

// Path: .../openai/v1/chat/completions. Azure has the same one: a server that speaks all formats
// takes it for Groq's behind /groq.
std::unique_ptr<const simulator::Api> simulated_api();

}  // namespace docwright::providers::groq
