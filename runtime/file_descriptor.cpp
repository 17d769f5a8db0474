#include "runtime/file_descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace docwright {

void FileDescriptor::reset(int value) {
  const int kept = errno;
  if (value_ >= 0) ::close(value_);
  errno = kept;
  value_ = value;
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

}  // namespace docwright
