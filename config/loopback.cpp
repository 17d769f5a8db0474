#include "config/loopback.h"

#include <charconv>

namespace docwright::config {

std::optional<Loopback> loopback_of(std::string_view endpoint) {
  Loopback loopback;
  constexpr std::string_view kPrefixes[] = {"tcp://127.0.0.1:", "tcp://localhost:", "tcp://[::1]:"};
  for (const std::string_view prefix : kPrefixes) {
    if (!endpoint.starts_with(prefix)) continue;
    loopback.v6 = prefix.find('[') != std::string_view::npos;
    const std::string_view port = endpoint.substr(prefix.size());
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), loopback.port);
    if (error == std::errc{} && end == port.data() + port.size()) return loopback;
  }
  return std::nullopt;
}

}  // namespace docwright::config
