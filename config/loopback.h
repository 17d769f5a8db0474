// tcp endpoints of this machine alone.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace docwright::config {

struct Loopback {
  bool v6 = false;
  std::uint16_t port = 0;
};

// Of tcp://127.0.0.1:PORT, tcp://localhost:PORT and tcp://[::1]:PORT; nothing of any other
// endpoint.
std::optional<Loopback> loopback_of(std::string_view endpoint);

}  // namespace docwright::config
