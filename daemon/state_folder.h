// The daemon's folder: made if it is not there, locked so that one daemon at a time works in it.
#pragma once
#include <memory>
#include <string>

#include "runtime/error.h"

namespace docwright::daemon {

// Holds the lock as long as it lives. The operating system lets go of it however the process ends.
class StateFolder final {
 public:
  // Errors: io with the path; conflict, which names the process that holds the lock.
  static Result<std::unique_ptr<StateFolder>> open(const std::string& path);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  StateFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  const std::string path_;
  const int lock_;
};

}  // namespace docwright::daemon
