#include "store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace docwright::store {

// Held as long as the store is open. A file of its own: closing any descriptor of the database
// itself would drop the locks of SQLite in this process.
class Store::FileLock final {
 public:
  static Result<std::unique_ptr<FileLock>> take(const std::string& path) {
    const std::string name = path + ".lock";
    const int file = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) {
      return fail(Code::io, fmt::format("cannot create {}: {}", name,
                                        std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
    }
    std::unique_ptr<FileLock> lock(new FileLock(file));
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
    return fail(Code::conflict,
                fmt::format("another docwrightd uses the database {}: stop it, or name another "
                            "folder with --state",
                            path));
  }
  ~FileLock() { ::close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  const int file_;
};

Store::Store(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, Clock& clock,
                                           Writer::Listener listener) {
  std::unique_ptr<Store> store(new Store(options.path, clock));
  auto lock = FileLock::take(options.path);
  if (!lock) return std::unexpected(std::move(lock.error()));
  store->lock_ = std::move(*lock);
  auto database = Database::open(options.path, Database::Mode::writer);
  if (!database) return std::unexpected(std::move(database.error()));
  try {
    (*database)->execute("BEGIN IMMEDIATE");
    store->recovered_ = begin_run(**database, options.version, clock.now());
    (*database)->execute("COMMIT");
  } catch (const SqliteError& error) {
    return std::unexpected(error.error());
  }
  auto readers = Readers::open(options.path, options.readers, clock);
  if (!readers) return std::unexpected(std::move(readers.error()));
  store->readers_ = std::move(*readers);
  if (!listener.on_wal_blocked) {
    listener.on_wal_blocked = [readers = store->readers_.get()] {
      readers->interrupt_older_than(std::chrono::seconds(2));
    };
  }
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
