// How far a request was above what the model takes, read out of the provider's words.
#pragma once
#include <optional>
#include <string_view>

#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::wire {

// From the message of a context_length or too_large error, or from the fields that llama.cpp has
// beside it in `error` (null: none). Absent where neither names a limit; a `requested` of zero: the
// message does not say.
std::optional<ContextNumbers> context_numbers(std::string_view message, const Json* error);

}  // namespace docwright::providers::wire
