// A server may repeat the key that it was sent.
#pragma once
#include <string_view>

#include "providers/provider.h"

namespace docwright::pipeline {

// Replaces the key by *** in the headers and the body, so that it goes no further: not into the
// journal as a request id, not into an error's words. Keys of less than 4 bytes are placeholders.
void forget_key(providers::HttpResponse& response, std::string_view key);

}  // namespace docwright::pipeline
