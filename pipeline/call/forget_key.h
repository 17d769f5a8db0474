// A server may repeat the key that it was sent.
#pragma once
#include <string_view>

#include "providers/provider.h"

namespace docwright::pipeline {

// Replaces the key by *** in the headers and the body, so that it goes no further: not into the
// journal as a request id, not into an error's words. A key of less than 4 bytes is no secret:
// local servers take any, and "x" stands in every text.
void forget_key(providers::HttpResponse& response, std::string_view key);

}  // namespace docwright::pipeline
