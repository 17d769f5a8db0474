#include "client/cli/values.h"

#include <fmt/format.h>

#include "runtime/text.h"

namespace docwright::cli {

Result<Duration> duration_of(std::string_view option, const std::string& text) {
  auto duration = parse_duration(text);
  if (duration) return duration;
  return fail(Code::invalid_request,
              fmt::format("{} '{}': {}", option, text, duration.error().message));
}

Result<std::pair<std::string, std::string>> pair_of(std::string_view option,
                                                    const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(Code::invalid_request, fmt::format("{} '{}': expected NAME=VALUE", option, text));
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace docwright::cli
