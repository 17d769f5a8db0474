#include "daemon/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/loopback.h"
#include "runtime/file_descriptor.h"

namespace docwright::daemon {
namespace {

std::string reason() {
  return std::strerror(errno);
}

// Whether somebody accepts connections at the path.
bool somebody_listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return false;
  const int failed =
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  // A full backlog (EAGAIN) is somebody, too.
  return failed == 0 || errno == EAGAIN;
}

// None: errno says why.
FileDescriptor listening(const config::Loopback& loopback) {
  FileDescriptor fd(
      ::socket(loopback.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fd;
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(loopback.port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(loopback.port);
  v6.sin6_addr = in6addr_loopback;
  const int failed = loopback.v6
                         ? ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&v6), sizeof v6)
                         : ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  if (failed != 0 || ::listen(fd.get(), SOMAXCONN) != 0) fd.reset();
  return fd;
}

}  // namespace

std::string ipc_path(std::string_view endpoint) {
  constexpr std::string_view kPrefix = "ipc://";
  return endpoint.starts_with(kPrefix) ? std::string(endpoint.substr(kPrefix.size()))
                                       : std::string();
}

Result<void> clear_ipc_path(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return fail(Code::io, fmt::format("cannot look at {}: {}", path, reason()));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(
        Code::io,
        fmt::format("{} is in the way: it is no socket. Move it, or choose another endpoint",
                    path));
  }
  if (somebody_listens(path))
    return fail(Code::io, fmt::format("another program listens at {}", path));
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(Code::io, fmt::format("cannot remove the stale socket {}: {}", path, reason()));
}

Result<FileDescriptor> listen_on_loopback(std::string_view endpoint) {
  const auto loopback = config::loopback_of(endpoint);
  if (!loopback) {
    return fail(Code::configuration, fmt::format("'{}' is no endpoint of this machine", endpoint));
  }
  FileDescriptor fd = listening(*loopback);
  if (!fd) return fail(Code::io, fmt::format("cannot listen on {}: {}", endpoint, reason()));
  return fd;
}

}  // namespace docwright::daemon
