// Values of options that are more than a text or a number. Errors (invalid_request) name the
// option.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "runtime/clock.h"
#include "runtime/error.h"

namespace docwright::cli {

// 30s, 5m, 2h.
Result<Duration> duration_of(std::string_view option, const std::string& text);

// NAME=VALUE.
Result<std::pair<std::string, std::string>> pair_of(std::string_view option,
                                                    const std::string& text);

}  // namespace docwright::cli
