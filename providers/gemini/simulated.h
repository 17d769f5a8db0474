// generateContent and streamGenerateContent from the server's side, for the simulator. Models are
// listed under .../v1beta.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::gemini {

std::unique_ptr<const simulator::Api> simulated_api();

}  // namespace docwright::providers::gemini
