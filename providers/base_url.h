// The address of an OpenAI-compatible server, as people write it and as it is needed.
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"

namespace docwright::providers {

// "https://host", "https://host/", "https://host/v1/", "https://host/v1/v1" and
// "https://host/v1/chat/completions" all become "https://host/v1". A path that says something else
// (a gateway's prefix) is kept as it is; so is "https://host/chat/completions", for the few servers
// without a version in their path. Refused, with the reason: no http or https, no host, a user or
// password (it would end in logs), a query.
Result<std::string> normalise_base_url(std::string_view text);

}  // namespace docwright::providers
