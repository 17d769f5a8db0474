#include "client/endpoint.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "config/paths.h"
#include "runtime/file_descriptor.h"

namespace docwright::client {
namespace {

constexpr std::string_view kIpc = "ipc://";
constexpr const char* kSocket = "docwright.sock";

bool is_folder(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<void> connect_once(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(
        Code::invalid_request,
        fmt::format(
            "the path is longer than {} bytes, the system's limit for sockets; use a shorter one",
            sizeof(address.sun_path) - 1));
  }
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  const FileDescriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!client) return fail(Code::io, std::strerror(errno));
  if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return {};
  switch (errno) {
    case EAGAIN:  // its queue is full: it lives
      return {};
    case ENOENT:
      return fail(Code::unavailable, "no such socket");
    case ECONNREFUSED:
      return fail(Code::unavailable, "nobody listens at this socket (its daemon has ended)");
    default:
      return fail(Code::unavailable, std::strerror(errno));
  }
}

}  // namespace

std::string address_of(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return std::string(text);
  std::string path(text);
  if (is_folder(path)) path += fmt::format("/{}", kSocket);
  return fmt::format("{}{}", kIpc, path);
}

std::vector<Endpoint> candidates(const std::optional<std::string>& named,
                                 const config::Environment& environment) {
  if (named) return {{address_of(*named), "--endpoint"}};
  if (const std::string variable = environment.value("DOCWRIGHT_ENDPOINT"); !variable.empty()) {
    return {{address_of(variable), "DOCWRIGHT_ENDPOINT"}};
  }
  std::vector<Endpoint> found;
  for (auto& [endpoint, origin] : config::endpoint_candidates(environment))
    found.push_back({endpoint, origin});
  return found;
}

Result<void> probe(const Endpoint& endpoint) {
  const std::string_view address = endpoint.address;
  if (!address.starts_with(kIpc)) return {};
  const std::string path(address.substr(kIpc.size()));
  if (path.starts_with("@")) return {};  // the abstract namespace has no file to look at
  return connect_once(path);
}

}  // namespace docwright::client
