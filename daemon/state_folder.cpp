#include "daemon/state_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "runtime/file_descriptor.h"

namespace docwright::daemon {
namespace {

constexpr std::string_view kLockName = "docwright.lock";

Result<void> make(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(path, error);
  if (error)
    return fail(Code::io,
                fmt::format("cannot make the state folder {}: {}", path, error.message()));
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  return {};
}

std::string holder(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size() - 1, 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size))
                  : std::string("unknown");
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::string& path) {
  if (auto made = make(path); !made) return std::unexpected(made.error());
  const std::string name = fmt::format("{}/{}", path, kLockName);
  FileDescriptor lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock)
    return fail(Code::io, fmt::format("cannot write to the state folder: {}: {}", name,
                                      std::strerror(errno)));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::conflict, fmt::format("another docwrightd (process {}) works in {}: stop it "
                                            "first, or choose another folder with --state",
                                            holder(lock.get()), path));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0)
    return fail(Code::io, fmt::format("cannot write to {}: {}", name, std::strerror(errno)));
  return StateFolder(std::move(lock));
}

}  // namespace docwright::daemon
