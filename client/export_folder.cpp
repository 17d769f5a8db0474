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

namespace docwright::client {
namespace {

constexpr std::size_t kPartBytes = 255;  // NAME_MAX of Linux file systems
constexpr mode_t kFolderMode = 0777;     // the umask takes away
constexpr mode_t kFileMode = 0666;

// Closes at the end of its scope.
class Descriptor final {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  void reset(int value) {
    if (value_ >= 0) close(value_);
    value_ = value;
  }

 private:
  int value_;
};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::unexpected<Error> refuse(std::string_view path, std::string_view reason) {
  return fail(Code::invalid_request, fmt::format("'{}' is not exported: {}", path, reason));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
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

ExportFolder::ExportFolder(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}
ExportFolder::ExportFolder(ExportFolder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(other.path_) {}
ExportFolder::~ExportFolder() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<ExportFolder> ExportFolder::open(const std::string& path) {
  std::error_code made;
  std::filesystem::create_directories(path, made);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(Code::io, fmt::format("{}: {}", path, std::strerror(errno)));
  return ExportFolder(descriptor, path);
}

Result<int> ExportFolder::enter_parent(std::string_view relative) const {
  Descriptor folder(dup(descriptor_));
  for (auto slash = relative.find('/'); slash != std::string_view::npos;
       slash = relative.find('/')) {
    const std::string part(relative.substr(0, slash));
    relative.remove_prefix(slash + 1);
    if (mkdirat(folder.get(), part.c_str(), kFolderMode) != 0 && errno != EEXIST)
      return fail(Code::io, std::strerror(errno));
    const int inner =
        openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) return fail(Code::io, std::strerror(errno));
    folder.reset(inner);
  }
  return folder.release();
}

Result<void> ExportFolder::write(std::string_view relative, std::string_view text) {
  const auto failed = [this, relative](std::string_view why) {
    return fail(Code::io, fmt::format("{}/{}: {}", path_, relative, why));
  };
  const auto parent = enter_parent(relative);
  if (!parent) return failed(parent.error().message);
  const Descriptor folder(*parent);
  const std::string name(relative.substr(relative.rfind('/') + 1));
  const std::string fresh = fmt::format(".docwright-{}", getpid());
  const auto give_up = [&](int reason) {
    unlinkat(folder.get(), fresh.c_str(), 0);
    return failed(std::strerror(reason));
  };
  const int file = openat(folder.get(), fresh.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kFileMode);
  if (file < 0) return failed(std::strerror(errno));
  const bool written = write_all(file, text);
  const int reason = errno;
  const bool closed = close(file) == 0;
  if (!written) return give_up(reason);
  if (!closed) return give_up(errno);
  if (renameat(folder.get(), fresh.c_str(), folder.get(), name.c_str()) != 0) return give_up(errno);
  return {};
}

}  // namespace docwright::client
