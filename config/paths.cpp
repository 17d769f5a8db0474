#include "config/paths.h"

#include <filesystem>

#include "config/loopback.h"

namespace docwright::config {
namespace {

constexpr std::string_view kIpc = "ipc://";

// $VARIABLE/docwright, else $HOME/fallback/docwright, else nothing. XDG: a path that is not
// absolute is ignored.
std::string xdg(const Environment& environment, std::string_view variable,
                std::string_view fallback) {
  if (auto folder = environment.value(variable); folder.starts_with('/'))
    return folder + "/docwright";
  const auto home = environment.value("HOME");
  if (fallback.empty() || home.empty()) return {};
  return home + "/" + std::string(fallback) + "/docwright";
}

}  // namespace

std::string absolute_folder(std::string_view folder) {
  std::error_code unknown;  // the working folder is gone
  const auto absolute = std::filesystem::absolute(folder, unknown);
  std::string text = unknown ? std::string(folder) : absolute.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

Result<Folders> folders(const std::optional<std::string>& named_state,
                        const Environment& environment, bool root) {
  const auto by_systemd = environment.value("STATE_DIRECTORY");
  if (named_state || !by_systemd.empty()) {
    const auto state = absolute_folder(named_state.value_or(by_systemd));
    const auto config = environment.value("CONFIGURATION_DIRECTORY");
    return Folders{state, state, config.empty() || named_state ? state : config};
  }
  if (root) return Folders{std::string(kSystemState), std::string(kSystemState), "/etc/docwright"};
  Folders found{xdg(environment, "XDG_STATE_HOME", ".local/state"),
                xdg(environment, "XDG_RUNTIME_DIR", ""),
                xdg(environment, "XDG_CONFIG_HOME", ".config")};
  if (found.state.empty()) {
    return fail(Code::configuration,
                "no folder for the state: HOME is not set; name one with --state DIR");
  }
  if (found.sockets.empty()) found.sockets = found.state;
  if (found.config.empty()) found.config = found.state;
  return found;
}

Endpoints endpoints_in(const std::string& folder) {
  const std::string base = std::string(kIpc) + folder + "/docwright";
  return {base + ".sock", base + ".push", base + ".events"};
}

Result<void> check_endpoint(std::string_view endpoint) {
  if (loopback_of(endpoint)) return {};
  if (endpoint.starts_with("tcp://")) {
    return fail(Code::configuration, "expected tcp:// on 127.0.0.1 or [::1] with a port, got '" +
                                         std::string(endpoint) +
                                         "': docwright listens on this machine only");
  }
  if (!endpoint.starts_with(kIpc)) {
    return fail(Code::configuration,
                "expected an endpoint such as ipc:///run/docwright/docwright.sock or "
                "tcp://127.0.0.1:7411, got '" +
                    std::string(endpoint) + "'");
  }
  const auto path = endpoint.substr(kIpc.size());
  if (path.empty()) return fail(Code::configuration, "expected a path after ipc://");
  if (path.size() <= kIpcPathBytesMax) return {};
  return fail(Code::configuration, "the path of the socket has " + std::to_string(path.size()) +
                                       " bytes, and the system allows " +
                                       std::to_string(kIpcPathBytesMax) +
                                       ": choose a shorter state folder (--state), or set "
                                       "front_door.requests, push and events to shorter paths (" +
                                       std::string(path) + ")");
}

std::vector<Candidate> endpoint_candidates(const Environment& environment) {
  std::vector<Candidate> candidates;
  if (auto users = folders(std::nullopt, environment, false)) {
    candidates.push_back({endpoints_in(users->sockets).requests, "the user's socket"});
  }
  candidates.push_back({endpoints_in(std::string(kSystemState)).requests, "the system's socket"});
  return candidates;
}

}  // namespace docwright::config
