// Errors as Gemini writes them, for the simulator.
#pragma once
#include "providers/answer.h"
#include "runtime/json.h"

namespace docwright::providers::gemini {

int status_of(const CallError& error);
// In the provider's own words where the error has none.
Json error_body(const CallError& error);

}  // namespace docwright::providers::gemini
