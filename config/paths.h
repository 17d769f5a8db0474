// Where the daemon keeps its state and listens, and where the CLI looks for it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "runtime/error.h"

namespace docwright::config {

inline constexpr std::string_view kSystemState = "/var/lib/docwright";
inline constexpr std::size_t kIpcPathBytesMax = 107;  // sun_path less its NUL

// As a path from the root, so that what names it (ping, the log) serves from every folder.
std::string absolute_folder(std::string_view folder);

// state: the database. sockets: the three ipc sockets. config: docwright.yaml, pipelines/,
// prompts/.
struct Folders {
  std::string state, sockets, config;
};
// With a named state folder (--state, or systemd's STATE_DIRECTORY): all in it, its configuration
// too unless systemd's CONFIGURATION_DIRECTORY names another. Without: /var/lib/docwright and
// /etc/docwright for root, else the XDG folders (state, runtime, config). An error where not even
// HOME is set.
Result<Folders> folders(const std::optional<std::string>& named_state,
                        const Environment& environment, bool root);

struct Endpoints {
  std::string requests, push, events;
};
Endpoints endpoints_in(const std::string& folder);

// A ZeroMQ endpoint that this system can bind: ipc:// with a path of at most 107 bytes, or tcp://
// on the loopback.
Result<void> check_endpoint(std::string_view endpoint);

// Where the CLI tries to reach a daemon when it was not told: in this order, with the words to name
// it.
struct Candidate {
  std::string endpoint;
  std::string origin;  // "the user's socket", "the system's socket"
};
std::vector<Candidate> endpoint_candidates(const Environment& environment);

}  // namespace docwright::config
