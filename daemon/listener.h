// What comes before a ZeroMQ socket is bound: stale socket files, live daemons, and listeners that
// we make ourselves.
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"
#include "runtime/file_descriptor.h"

namespace docwright::daemon {

// "ipc:///run/x.sock" -> "/run/x.sock"; empty for other transports.
std::string ipc_path(std::string_view endpoint);

// Ready to be bound: nothing stands at the path, or a socket that nobody listens at (left by a
// daemon that was killed; removed). Errors: something else stands there; somebody listens there;
// the folder cannot be written to.
Result<void> clear_ipc_path(const std::string& path);

// A listening socket for "tcp://127.0.0.1:PORT", "tcp://[::1]:PORT" or "tcp://localhost:PORT".
// Anything but loopback is refused: it would need CURVE.
Result<FileDescriptor> listen_on_loopback(std::string_view endpoint);

}  // namespace docwright::daemon
