// Statements, and what SQLite's errors mean.
#include <fmt/core.h>

#include <utility>

#include "store/sqlite.h"

namespace docwright::store {

void throw_error(sqlite3* handle, std::string_view doing) {
  const int code = sqlite3_extended_errcode(handle);
  throw SqliteError(
      code == SQLITE_OK ? SQLITE_MISUSE : code,
      fmt::format("{} (SQLite {}) in: {}", sqlite3_errmsg(handle), code, doing.substr(0, 120)));
}

SqliteError::Kind SqliteError::kind() const {
  if (code == SQLITE_IOERR_SHMSIZE) return Kind::full;  // the WAL's index could not grow
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
      return Kind::change;
    case SQLITE_FULL:
      return Kind::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::locked;
    case SQLITE_INTERRUPT:
      return Kind::timeout;
    default:
      return Kind::fatal;
  }
}

Error SqliteError::error() const {
  switch (kind()) {
    case Kind::change:
      return Error{Code::internal, "the store refused a change: " + message};
    case Kind::full:
      return Error{Code::no_space, "the disk is full: " + message};
    case Kind::locked:
      return Error{Code::busy, "another process holds the database's lock: " + message};
    case Kind::timeout:
      return Error{Code::timeout, "the query took too long and was interrupted"};
    case Kind::fatal:
      break;
  }
  const bool damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
  return Error{damaged ? Code::corrupt : Code::io, "the database failed: " + message};
}

Statement::Statement(Cached* cached) : cached_(cached) {
  cached_->borrowed = true;
}

Statement::Statement(Statement&& other) noexcept : cached_(std::exchange(other.cached_, nullptr)) {}

Statement::~Statement() {
  if (cached_ == nullptr) return;
  if (cached_->once) {
    sqlite3_finalize(cached_->handle);
    delete cached_;
    return;
  }
  sqlite3_reset(cached_->handle);
  sqlite3_clear_bindings(cached_->handle);
  cached_->borrowed = false;
}

bool Statement::step() {
  const int code = sqlite3_step(cached_->handle);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) cached_->fail();
  return false;
}

void Statement::run() {
  if (step()) throw SqliteError(SQLITE_MISUSE, "a statement that should not have rows has one");
}

void Statement::rewind() {
  sqlite3_reset(cached_->handle);
}

int Statement::columns() const {
  return sqlite3_column_count(cached_->handle);
}

std::string_view Statement::column_name(int column) const {
  return sqlite3_column_name(cached_->handle, column);
}

Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(cached_->handle, column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_NULL:
      return Type::null;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::text;
  }
}

bool Statement::is_null(int column) const {
  return type(column) == Type::null;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(cached_->handle, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(cached_->handle, column);
}
Time Statement::time(int column) const {
  return Time(Duration(integer(column)));
}

std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(cached_->handle, column);
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(cached_->handle, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = sqlite3_column_blob(cached_->handle, column);
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(cached_->handle, column))};
}

Hash Statement::hash(int column) const {
  Hash hash{};
  const std::string_view bytes = blob(column);
  if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}
std::optional<Time> Statement::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Statement::bind_one(int index, std::int64_t value) {
  cached_->check(sqlite3_bind_int64(cached_->handle, index, value));
}
void Statement::bind_one(int index, double value) {
  cached_->check(sqlite3_bind_double(cached_->handle, index, value));
}
void Statement::bind_one(int index, std::nullptr_t) {
  cached_->check(sqlite3_bind_null(cached_->handle, index));
}
void Statement::bind_one(int index, Time time) {
  bind_one(index, static_cast<std::int64_t>(time.time_since_epoch().count()));
}
void Statement::bind_one(int index, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();  // a null pointer would bind NULL
  cached_->check(
      sqlite3_bind_text64(cached_->handle, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  cached_->check(sqlite3_bind_blob64(cached_->handle, index, data, bytes.size(), SQLITE_STATIC));
}
void Statement::bind_one(int index, const Hash& hash) {
  cached_->check(
      sqlite3_bind_blob64(cached_->handle, index, hash.data(), hash.size(), SQLITE_STATIC));
}

}  // namespace docwright::store
