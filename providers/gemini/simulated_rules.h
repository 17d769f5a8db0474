// The published rules that a generateContent request has to keep, for the simulator.
#pragma once
#include <optional>
#include <string>

#include "runtime/json.h"

namespace docwright::providers::gemini {

// What the provider would say to it; none where it takes it.
std::optional<std::string> broken_rule(std::string_view model, const Json& body);

}  // namespace docwright::providers::gemini
