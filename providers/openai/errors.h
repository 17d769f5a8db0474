// What an error answer means: its class, its message without secrets, when to come back.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

// Of a response with an error status, or with an error object under a good one (then nobody knows
// whether it was charged).
CallError error_of(const HttpResponse& response);

// Any text that leaves: keys masked, UTF-8, at most 512 bytes.
std::string presentable(std::string_view text);

}  // namespace docwright::providers::openai
