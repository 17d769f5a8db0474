// Messages from the server's side, for the simulator. Models are listed under .../anthropic/v1,
// where the path tells them from other providers'.
#pragma once
#include <memory>

#include "providers/simulator/api.h"

namespace docwright::providers::anthropic {

std::unique_ptr<const simulator::Api> simulated_api();

}  // namespace docwright::providers::anthropic
