#include "store/database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "runtime/file_descriptor.h"
#include "store/migrations.h"
#include "store/sqlite.h"

namespace docwright::store {

namespace {

// The file with its mode, before SQLite opens it; its WAL gets the same one. An existing file is
// not opened here: closing it again would drop the locks that SQLite holds on it in this process.
Result<void> create_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (file || errno == EEXIST) return {};
  return fail(Code::io, fmt::format("cannot create the database {}: {}", path,
                                    std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
}

// SQLite counts its memory under a mutex, for numbers that nobody here asks for.
void configure_once() {
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  std::ignore = configured;
}

}  // namespace

struct Database::Implementation {
  sqlite3* handle = nullptr;
  std::unordered_map<const char*, std::unique_ptr<Statement::Cached>> statements;
  std::vector<Event> events;
  const Clock* deadline_clock = nullptr;
  Moment deadline{};
  int wal_frames = 0;         // in the WAL after the last commit
  int wal_frames_copied = 0;  // of them, already in the database
  int frame_bytes = 4096 + 24;

  ~Implementation() {
    for (auto& [sql, statement] : statements) sqlite3_finalize(statement->handle);
    sqlite3_close_v2(handle);
  }

  static Result<std::unique_ptr<Implementation>> open(const std::string& path, Mode mode);
  static Result<void> make_writer(Database& database, const std::string& path);
  static Result<void> make_reader(Database& database, const std::string& path);

  sqlite3_stmt* prepare(std::string_view sql, unsigned flags) const {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), flags,
                                        &statement, nullptr);
    if (code != SQLITE_OK || statement == nullptr) throw_error(handle, sql);
    return statement;
  }

  void watch_wal() {
    sqlite3_wal_hook(
        handle,
        [](void* self, sqlite3*, const char*, int frames) {
          auto& implementation = *static_cast<Implementation*>(self);
          // Fewer than before: SQLite began the WAL anew, because all of it had been copied.
          if (frames < implementation.wal_frames) implementation.wal_frames_copied = 0;
          implementation.wal_frames = frames;
          return SQLITE_OK;
        },
        this);
  }

  void watch_deadline() {
    sqlite3_progress_handler(
        handle, 4000,
        [](void* self) {
          const auto& implementation = *static_cast<const Implementation*>(self);
          const Clock* clock = implementation.deadline_clock;
          return clock != nullptr && clock->moment() >= implementation.deadline ? 1 : 0;
        },
        this);
  }
};

Database::Database(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database::Implementation>> Database::Implementation::open(
    const std::string& path, Mode mode) {
  const bool writer = mode == Mode::writer;
  auto implementation = std::make_unique<Implementation>();
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                    (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(path.c_str(), &implementation->handle, flags, nullptr);
  sqlite3* handle = implementation->handle;
  if (code != SQLITE_OK) {
    const int cause = sqlite3_system_errno(handle);
    const char* why = cause != 0 ? std::strerror(cause)  // NOLINT(concurrency-mt-unsafe)
                                 : sqlite3_errstr(code);
    return fail(Code::io, fmt::format("cannot open the database {}: {}", path, why));
  }
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Only the writer checkpoints: SQLite 3.40.1 may lose what two connections checkpoint at once.
  if (!writer) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return implementation;
}

Result<void> Database::Implementation::make_writer(Database& database, const std::string& path) {
  // secure_delete=FAST: what is deleted is overwritten wherever that costs no further writing.
  database.execute(
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=FAST; PRAGMA foreign_keys=ON;"
      "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864");
  if (auto ready = migrate(database, path); !ready) return ready;
  database.implementation_->watch_wal();
  return {};
}

Result<void> Database::Implementation::make_reader(Database& database, const std::string& path) {
  database.execute(
      "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY;"
      "PRAGMA cache_size=-8192");
  if (auto known = check_version(database, path); !known) return known;
  database.implementation_->watch_deadline();
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode) {
  configure_once();
  if (mode == Mode::writer) {
    if (auto created = create_file(path); !created) return std::unexpected(created.error());
  }
  auto implementation = Implementation::open(path, mode);
  if (!implementation) return std::unexpected(std::move(implementation.error()));
  std::unique_ptr<Database> database(new Database(std::move(*implementation)));
  try {
    const Result<void> made = mode == Mode::writer ? Implementation::make_writer(*database, path)
                                                   : Implementation::make_reader(*database, path);
    if (!made) return std::unexpected(made.error());
  } catch (const SqliteError& error) {
    Error failure = error.error();
    if ((error.code & 0xff) == SQLITE_NOTADB) failure.message = "the file is no SQLite database";
    failure.message = fmt::format("cannot open the database {}: {}", path, failure.message);
    return std::unexpected(std::move(failure));
  }
  return database;
}

Statement Database::statement(std::string_view sql) {
  auto& cached = implementation_->statements[sql.data()];
  if (!cached) {
    cached = std::make_unique<Statement::Cached>();
    cached->handle = implementation_->prepare(sql, SQLITE_PREPARE_PERSISTENT);
    cached->length = sql.size();
  }
  if (cached->borrowed || cached->length != sql.size()) {
    throw SqliteError(SQLITE_MISUSE, fmt::format("a statement is borrowed twice: {}", sql));
  }
  return Statement(cached.get());
}

Statement Database::statement_once(std::string_view sql) {
  auto cached = std::make_unique<Statement::Cached>();
  cached->handle = implementation_->prepare(sql, 0);
  cached->once = true;
  return Statement(cached.release());
}

void Database::execute(const char* sql) {
  if (sqlite3_exec(implementation_->handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_error(implementation_->handle, sql);
  }
}

std::int64_t Database::last_rowid() const {
  return sqlite3_last_insert_rowid(implementation_->handle);
}
std::int64_t Database::changes() const {
  return sqlite3_changes64(implementation_->handle);
}
std::int64_t Database::total_changes() const {
  return sqlite3_total_changes64(implementation_->handle);
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(implementation_->handle) == 0;
}

std::int64_t Database::wal_bytes() const {
  return std::int64_t{implementation_->wal_frames} * implementation_->frame_bytes;
}

std::int64_t Database::wal_bytes_to_copy() const {
  return std::int64_t{implementation_->wal_frames - implementation_->wal_frames_copied} *
         implementation_->frame_bytes;
}

bool Database::checkpoint(Checkpoint mode) {
  auto& implementation = *implementation_;
  const bool truncate = mode == Checkpoint::truncate;
  // A truncation waits for readers, and nobody can write meanwhile.
  if (truncate) sqlite3_busy_timeout(implementation.handle, 100);
  int frames = 0;
  int copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(
      implementation.handle, "main",
      truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &frames, &copied);
  if (truncate) sqlite3_busy_timeout(implementation.handle, 5000);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) {
    throw_error(implementation.handle, "checkpoint");
  }
  if (frames >= 0) {
    implementation.wal_frames = frames;
    implementation.wal_frames_copied = copied;
  }
  return code == SQLITE_OK && frames == copied;
}

void Database::interrupt() {
  sqlite3_interrupt(implementation_->handle);
}

void Database::set_deadline(const Clock& clock, Moment deadline) {
  implementation_->deadline_clock = &clock;
  implementation_->deadline = deadline;
}
void Database::clear_deadline() {
  implementation_->deadline_clock = nullptr;
}

std::vector<Event>& Database::uncommitted_events() {
  return implementation_->events;
}

}  // namespace docwright::store
