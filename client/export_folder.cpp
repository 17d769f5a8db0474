#include "client/export_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "runtime/characters.h"

namespace docwright::client {
namespace {

constexpr std::size_t kPartBytes = 255;  // NAME_MAX of Linux file systems
constexpr mode_t kFolderMode = 0777;     // the umask takes away
constexpr mode_t kFileMode = 0666;

std::unexpected<Error> refuse(std::string_view path, std::string_view reason) {
  return fail(Code::invalid_request, fmt::format("'{}' is not exported: {}", path, reason));
}

}  // namespace

Result<std::string> export_path(std::string_view source_path, std::string_view suffix) {
  if (source_path.empty()) return refuse(source_path, "its path is empty");
  if (source_path.front() == '/') return refuse(source_path, "its path is absolute");
  std::string_view rest = source_path;
  std::string result;
  while (true) {
    const auto slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (part.empty()) return refuse(source_path, "a part of its path is empty");
    if (part == "..") return refuse(source_path, "its path leaves the folder ('..')");
    if (std::ranges::any_of(part, is_control))
      return refuse(source_path, "its path has control characters");
    if (part.size() + (last ? suffix.size() : 0) > kPartBytes)
      return refuse(source_path, "a part of its path is too long");
    if (part != "." || last) result += part;
    if (last)
      return part == "." ? Result<std::string>(refuse(source_path, "its path names a folder"))
                         : result.append(suffix);
    if (part != ".") result += '/';
    rest.remove_prefix(slash + 1);
  }
}

ExportFolder::ExportFolder(FileDescriptor folder, std::string path)
    : folder_(std::move(folder)), path_(std::move(path)) {}

Result<ExportFolder> ExportFolder::open(const std::string& path) {
  std::error_code made;
  std::filesystem::create_directories(path, made);
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail(Code::io, fmt::format("{}: {}", path, std::strerror(errno)));
  return ExportFolder(std::move(folder), path);
}

Result<FileDescriptor> ExportFolder::open_parent(std::string_view relative) const {
  FileDescriptor folder(dup(folder_.get()));
  for (auto slash = relative.find('/'); slash != std::string_view::npos;
       slash = relative.find('/')) {
    const std::string part(relative.substr(0, slash));
    relative.remove_prefix(slash + 1);
    if (mkdirat(folder.get(), part.c_str(), kFolderMode) != 0 && errno != EEXIST)
      return fail(Code::io, std::strerror(errno));
    FileDescriptor inner(
        openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) return fail(Code::io, std::strerror(errno));
    folder = std::move(inner);
  }
  return folder;
}

Result<void> ExportFolder::write(std::string_view relative, std::string_view text) {
  const auto failed = [this, relative](std::string_view why) {
    return fail(Code::io, fmt::format("{}/{}: {}", path_, relative, why));
  };
  const auto folder = open_parent(relative);
  if (!folder) return failed(folder.error().message);
  const std::string name(relative.substr(relative.rfind('/') + 1));
  const std::string fresh = fmt::format(".docwright-{}", getpid());
  const auto give_up = [&](int reason) {
    unlinkat(folder->get(), fresh.c_str(), 0);
    return failed(std::strerror(reason));
  };
  FileDescriptor file(openat(folder->get(), fresh.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!file) return failed(std::strerror(errno));
  if (!write_all(file.get(), text)) return give_up(errno);
  // Some file systems say only now that they have no room.
  if (close(file.release()) != 0) return give_up(errno);
  if (renameat(folder->get(), fresh.c_str(), folder->get(), name.c_str()) != 0)
    return give_up(errno);
  return {};
}

}  // namespace docwright::client
