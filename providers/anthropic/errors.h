// What an error of Anthropic means.
#pragma once
#include "providers/wire/errors.h"

namespace docwright::providers::anthropic {

// Of a response with an error status, or of an error in a body or event under a good one, which is
// read as the status that belongs to its type.
CallError error_of(const HttpResponse& response);

}  // namespace docwright::providers::anthropic
