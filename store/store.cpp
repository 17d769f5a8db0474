#include "store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/file_descriptor.h"
#include "store/reports.h"

namespace docwright::store {

namespace {

// Held as long as the store is open. A file of its own: closing any descriptor of the database
// itself would drop the locks of SQLite in this process.
Result<FileDescriptor> take_lock(const std::string& path) {
  const std::string name = path + ".lock";
  FileDescriptor file(::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (!file) {
    return fail(Code::io, fmt::format("cannot create {}: {}", name,
                                      std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  return fail(Code::conflict,
              fmt::format("another docwrightd uses the database {}: stop it, or name another "
                          "folder with --state",
                          path));
}

// The mark of a database on which an I/O error was seen. As long as it is there, a start checks the
// whole file first: after a failed write nobody knows what is on the disk.
std::string mark_of(const std::string& path) {
  return path + ".suspect";
}

void mark_suspect(const std::string& path) {
  const FileDescriptor file(::open(mark_of(path).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  if (file) ::fsync(file.get());
}

Result<void> clear_suspicion(Database& database, const std::string& path) {
  if (::access(mark_of(path).c_str(), F_OK) != 0) return {};
  const DatabaseCheck check = check_database(database, false);
  if (!check.findings.empty()) {
    return fail(Code::corrupt,
                fmt::format("{} was damaged by an I/O error ({}): keep it aside and restore a "
                            "backup; then remove {}",
                            path, check.findings.front().message, mark_of(path)));
  }
  ::unlink(mark_of(path).c_str());
  return {};
}

Result<Recovered> recover(Database& database, const StoreOptions& options, Time now) {
  try {
    if (auto sound = clear_suspicion(database, options.path); !sound) {
      return std::unexpected(std::move(sound.error()));
    }
    database.execute("BEGIN IMMEDIATE");
    const Recovered recovered = begin_run(database, options.version, now);
    database.execute("COMMIT");
    return recovered;
  } catch (const SqliteError& error) {
    return std::unexpected(error.error());
  }
}

}  // namespace

Store::Store(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, Clock& clock,
                                           Writer::Listener listener) {
  std::unique_ptr<Store> store(new Store(options.path, clock));
  auto lock = take_lock(options.path);
  if (!lock) return std::unexpected(std::move(lock.error()));
  store->lock_ = std::move(*lock);
  auto database = Database::open(options.path, Database::Mode::writer);
  if (!database) return std::unexpected(std::move(database.error()));
  auto recovered = recover(**database, options, clock.now());
  if (!recovered) return std::unexpected(std::move(recovered.error()));
  store->recovered_ = *recovered;
  auto readers = Readers::open(options.path, options.readers, clock);
  if (!readers) return std::unexpected(std::move(readers.error()));
  store->readers_ = std::move(*readers);
  if (!listener.on_wal_blocked) {
    listener.on_wal_blocked = [readers = store->readers_.get()] {
      readers->interrupt_older_than(std::chrono::seconds(2));
    };
  }
  listener.on_fatal = [path = options.path,
                       tell = std::move(listener.on_fatal)](const Error& error) {
    mark_suspect(path);
    if (tell) tell(error);
  };
  store->writer_ =
      std::make_unique<Writer>(std::move(*database), options.writer, clock, std::move(listener));
  return store;
}

Store::~Store() {
  if (!writer_) return;
  const Time now = clock_.now();
  writer_->submit(
      Lane::completion,
      [now](Database& database) -> Result<void> {
        end_run(database, now);
        return {};
      },
      [](const Result<void>&) {});
}

}  // namespace docwright::store
