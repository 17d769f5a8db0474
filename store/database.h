// One SQLite connection (database.cpp) with its prepared statements (statement.cpp); nobody else
// speaks to SQLite.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "runtime/error.h"
#include "runtime/hash.h"

namespace docwright::store {

// SQLite said no. Thrown by Statement and Database inside store/ only; the Writer and the Readers
// turn it into an Error.
struct SqliteError final : std::exception {
  SqliteError(int code_in, std::string message_in)
      : code(code_in), message(std::move(message_in)) {}
  const char* what() const noexcept override { return message.c_str(); }
  int code;  // extended result code
  std::string message;

  // What SQLite's code means for whoever wrote.
  enum class Kind {
    change,   // only this change is wrong (a constraint, too big, no memory): it fails alone
    full,     // no room: nothing is lost, try again when there is some
    locked,   // another process holds the write lock: try again
    timeout,  // interrupted
    fatal     // the file or the disk cannot be trusted any more
  };
  Kind kind() const;
  Error error() const;
};

// A prepared statement that lives as long as its connection; reset when this borrow of it ends.
//   auto s = db.statement("SELECT ... WHERE id = ?1"); s.bind(id); while (s.step()) use(s.text(0));
class Statement final {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  // Binds all parameters, in order from ?1. Views must stay alive until the last step().
  template <class... Values>
  Statement& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  bool step();    // true: a row
  void run();     // steps to the end; rows are an error
  void rewind();  // ends the query and keeps the borrow
  int columns() const;
  std::string_view column_name(int column) const;
  enum class Type { null, integer, real, text, blob };
  Type type(int column) const;

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step()
  std::string_view blob(int column) const;  // likewise
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<std::string> optional_text(int column) const;
  Time time(int column) const;
  std::optional<Time> optional_time(int column) const;
  Hash hash(int column) const;  // zero unless the blob is a hash

  void bind_one(int index, std::int64_t value);
  void bind_one(int index, int value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, bool value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, double value);
  void bind_one(int index, std::string_view text);
  void bind_one(int index, const std::string& text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, const char* text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, const Hash& hash);  // as a blob
  void bind_one(int index, std::nullptr_t);
  void bind_one(int index, Time time);  // microseconds since the epoch
  void bind_blob(int index, std::string_view bytes);
  template <class Value>
  void bind_one(int index, const std::optional<Value>& value) {
    if (value) {
      bind_one(index, *value);
    } else {
      bind_one(index, nullptr);
    }
  }

 private:
  friend class Database;
  struct Cached;
  explicit Statement(Cached* cached);
  Cached* cached_;
};

struct Event {
  std::int64_t seq = 0;
  Time at{};
  std::string topic;  // job.<id> or batch.<id> or daemon
  std::string body;   // JSON
};

// Belongs to one thread at a time. Not movable.
class Database final {
 public:
  enum class Mode { writer, reader };
  // Writer: creates the file (mode 0600) and its tables, migrates, sets WAL, synchronous=FULL,
  // wal_autocheckpoint=0. Reader: read-only, query_only, never checkpoints. Errors: not ours
  // (application_id), newer than we know (user_version), io with path.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // From the cache, whose key is the address: sql must be a literal. One borrow of each at a time.
  Statement statement(std::string_view sql);
  Statement statement_once(std::string_view sql);  // for SQL that was put together; prepared anew
  void execute(const char* sql);                   // for pragmas, transactions and migrations
  std::int64_t last_rowid() const;
  std::int64_t changes() const;
  std::int64_t total_changes() const;  // since the connection was opened
  bool in_transaction() const;         // sqlite3_get_autocommit() == 0
  // Writer only, outside transactions. What the WAL file holds since it was begun anew, and how
  // much of that is not yet copied into the database.
  std::int64_t wal_bytes() const;
  std::int64_t wal_bytes_to_copy() const;
  // Copies the WAL into the database. passive: what no reader needs any more, without waiting;
  // truncate: all of it, then empties the file, and waits up to 100 ms for readers. False: a reader
  // was in the way.
  enum class Checkpoint { passive, truncate };
  bool checkpoint(Checkpoint mode);
  void interrupt();  // any thread
  // Queries are interrupted after this moment (progress handler) until clear_deadline().
  void set_deadline(const Clock& clock, Moment deadline);
  void clear_deadline();

  // Events written in the current transaction; the Writer hands them out after COMMIT (events.h
  // appends).
  std::vector<Event>& uncommitted_events();

 private:
  struct Implementation;
  explicit Database(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace docwright::store
