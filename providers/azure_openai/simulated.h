// Azure from the server's side, for the simulator.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::azure_openai {

// Paths: .../openai/deployments/NAME/chat/completions and .../openai/v1/chat/completions.
std::unique_ptr<const simulator::Api> simulated_api();
// .../openai/v1/responses
std::unique_ptr<const simulator::Api> simulated_responses();

}  // namespace docwright::providers::azure_openai
