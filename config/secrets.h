// Where secrets come from, at the moment they are needed.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "config/environment.h"
#include "config/secret_ref.h"
#include "runtime/error.h"

namespace docwright::config {

// Any thread. Reads small local files; a file that has changed is read again, so that a key can be
// replaced while the daemon runs. Holds secrets in memory only, and its errors never contain one.
class Secrets final {
 public:
  // Credentials are files in the folder that systemd names in CREDENTIALS_DIRECTORY.
  explicit Secrets(const Environment& environment);
  ~Secrets();
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;

  // The secret without the blanks and newlines around it; never empty. Code::no_credentials says
  // what was looked for, and where.
  Result<std::string> resolve(const SecretRef& reference);

 private:
  struct CachedFile;
  Result<std::string> from_file(const std::string& path, const SecretRef& reference);

  const Environment environment_;
  std::mutex mutex_;
  std::map<std::string, CachedFile> files_;  // Guarded by mutex_; by path
};

}  // namespace docwright::config
