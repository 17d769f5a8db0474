// The daemon's folder: made if it is not there, locked so that one daemon at a time works in it.
#pragma once
#include <string>
#include <utility>

#include "runtime/error.h"
#include "runtime/file_descriptor.h"

namespace docwright::daemon {

// Holds the lock as long as it lives. The operating system lets go of it however the process ends.
class StateFolder final {
 public:
  // Errors: io with the path; conflict, which names the process that holds the lock.
  static Result<StateFolder> open(const std::string& path);

 private:
  explicit StateFolder(FileDescriptor lock) : lock_(std::move(lock)) {}
  FileDescriptor lock_;
};

}  // namespace docwright::daemon
