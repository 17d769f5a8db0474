// How the form of an answer may be asked for: by a schema, or by tools.
#pragma once
#include <optional>
#include <string>

#include "runtime/json.h"

namespace docwright::providers::anthropic {

// Why the request's output_config.format, tools or tool_choice are refused; nothing: they are not.
std::optional<std::string> wrong_form(const Json& body);

}  // namespace docwright::providers::anthropic
