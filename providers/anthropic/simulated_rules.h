// The published rules that a Messages request has to keep, for the simulator.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers::anthropic {

// What the provider would say to it; none where it takes it.
std::optional<std::string> broken_rule(const Json& body);

// "claude-opus-4-7" is 407, "claude-3-7-sonnet-20250219" 307, "claude-sonnet-5" 500; 0: none of
// Anthropic's names, for which no rule of a model holds.
int version_of(std::string_view model);

}  // namespace docwright::providers::anthropic
