// Where a daemon may listen.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "runtime/error.h"

namespace docwright::client {

struct Endpoint {
  std::string address;  // ipc:///run/docwright/docwright.sock, tcp://127.0.0.1:7411
  std::string origin;   // who named it: "--endpoint", "the user's socket"
  bool operator==(const Endpoint&) const = default;
};

// An address as a person writes it: a ZeroMQ address stays, a path becomes ipc://, a folder means
// the socket inside it.
std::string address_of(std::string_view text);

// One that is named (the argument, else DOCWRIGHT_ENDPOINT) is the only one, so that nothing goes
// to another daemon by mistake; else the user's socket, then the system's.
std::vector<Endpoint> candidates(const std::optional<std::string>& named,
                                 const config::Environment& environment);

// Whether someone listens at an ipc address at all: an Error that says what is wrong, before ZeroMQ
// would wait in vain. Other transports always pass.
Result<void> probe(const Endpoint& endpoint);

}  // namespace docwright::client
