#include "config/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "runtime/file_descriptor.h"

namespace docwright::config {
namespace {

constexpr std::size_t kSecretBytesMax = std::size_t{64} << 10;

std::unexpected<Error> missing(const SecretRef& reference, const std::string& why) {
  return fail(Code::no_credentials, described(reference) + " " + why, to_text(reference.mark));
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

// What tells one version of a file from the next.
struct Version {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const Version&) const = default;
};

Version version_of(const struct stat& info) {
  return {info.st_dev, info.st_ino, info.st_size,
          std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

}  // namespace

struct Secrets::CachedFile {
  Version version;
  std::string secret;
};

Secrets::Secrets(const Environment& environment) : environment_(environment) {}
Secrets::~Secrets() = default;

Result<std::string> Secrets::resolve(const SecretRef& reference) {
  switch (reference.from) {
    case SecretRef::From::nowhere:
      return fail(Code::no_credentials, "no secret is configured");
    case SecretRef::From::environment: {
      auto secret = trimmed(environment_.value(reference.name));
      if (secret.empty()) return missing(reference, "is not set");
      return secret;
    }
    case SecretRef::From::file:
      return from_file(reference.name, reference);
    case SecretRef::From::credential: {
      const auto folder = environment_.value("CREDENTIALS_DIRECTORY");
      if (folder.empty()) {
        return missing(reference,
                       "was not passed: CREDENTIALS_DIRECTORY is not set (systemd sets it; see "
                       "LoadCredential=)");
      }
      if (reference.name.find('/') != std::string::npos) {
        return missing(reference,
                       "has a '/' in its name: expected the name of a LoadCredential= line");
      }
      return from_file(folder + "/" + reference.name, reference);
    }
  }
  return fail(Code::internal, "unknown kind of secret");
}

Result<std::string> Secrets::from_file(const std::string& path, const SecretRef& reference) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!file || fstat(file.get(), &info) != 0) {
    return missing(reference, std::string("cannot be read: ") + std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) return missing(reference, "is not a regular file");
  if (static_cast<std::size_t>(info.st_size) > kSecretBytesMax)
    return missing(reference, "is too large for a secret");
  const std::lock_guard lock(mutex_);
  auto& cached = files_[path];
  if (!cached.secret.empty() && cached.version == version_of(info)) return cached.secret;

  std::array<char, kSecretBytesMax> buffer{};
  const auto bytes = pread(file.get(), buffer.data(), buffer.size(), 0);
  if (bytes < 0) return missing(reference, std::string("cannot be read: ") + std::strerror(errno));
  cached = {version_of(info), trimmed({buffer.data(), static_cast<std::size_t>(bytes)})};
  if (cached.secret.empty()) return missing(reference, "is empty");
  return cached.secret;
}

}  // namespace docwright::config
