// JSON with the order of members kept: schemas and documents read in the order in which they were
// written.
#pragma once
#include <nlohmann/json.hpp>

#include "runtime/error.h"

namespace docwright {

using Json = nlohmann::ordered_json;

// Depth-limited (128 levels), duplicate keys refused; the error's message names the byte. Input
// must be UTF-8.
Result<Json> parse_json(std::string_view text);
// Compact; invalid UTF-8 is replaced by U+FFFD rather than thrown.
std::string dump_json(const Json& json);

}  // namespace docwright
