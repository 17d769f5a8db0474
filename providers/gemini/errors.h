// What an error of Gemini means.
#pragma once
#include "providers/wire/errors.h"

namespace docwright::providers::gemini {

// Of a response with an error status, or of an error in a body or event under a good one, which is
// read as the status that it names.
CallError error_of(const HttpResponse& response);

}  // namespace docwright::providers::gemini
