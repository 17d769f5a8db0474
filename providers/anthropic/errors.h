// What an error of Anthropic means.
#pragma once
#include "providers/wire/errors.h"

namespace docwright::providers::anthropic {

// Of a response with an error status.
CallError error_of(const HttpResponse& response);
// Of an error in a body or event under a good one: read as the status that belongs to its type.
// `worked`: some of an answer has come before it.
CallError error_in_answer(std::string_view body, bool worked);

}  // namespace docwright::providers::anthropic
