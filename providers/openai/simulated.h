// Chat Completions from the server's side, for the simulator.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::openai {

std::unique_ptr<const simulator::Api> simulated_api();

}  // namespace docwright::providers::openai
