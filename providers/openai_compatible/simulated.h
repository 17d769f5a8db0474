// A compatible server's side for the simulator: it tells its errors as vLLM does, and leaves aside
// what it does not know.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::openai_compatible {

std::unique_ptr<const simulator::Api> simulated_api();

}  // namespace docwright::providers::openai_compatible
