// The one thread that writes to the database, and the only one that checkpoints.
//
// Callers queue a change; the thread runs everything queued in one transaction and completes the
// callers after COMMIT, in order (group commit without a timer: the batch forms while the previous
// one syncs). A change that fails is rolled back alone: if it has written something, the batch runs
// again with a savepoint around each change. (Not the first time: savepoints cost a quarter of the
// time of a submit, and verbs refuse before they write.) After every error sqlite3_get_autocommit()
// is asked: where SQLite rolled back the whole transaction, nobody is completed and the survivors
// run again. SQLITE_FULL means no-space mode: submissions are refused (Code::no_space), everything
// else is tried again until there is room. IOERR and CORRUPT stop the writer for good: every later
// change gets Code::unavailable, on_fatal is called once, and the daemon ends.
//
// The lane `completion` (answers, settlements, documents) goes before `submission`. Dropping an
// awaited write does not undo it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "runtime/loop.h"
#include "store/database.h"

namespace docwright::store {

struct WriterOptions {
  std::size_t batch_max = 512;    // changes in one transaction; an eighth is kept for submissions
  std::size_t queue_max = 65536;  // further submissions get Code::busy at once
  // The WAL is copied into the database when so much of it is not yet, and nothing is queued (or
  // four times as much is not); it is emptied when the file is longer than `truncate`. Should a
  // reader outside of this process prevent both, submissions are refused from `max` on.
  std::int64_t wal_bytes_passive = std::int64_t{4} << 20;
  std::int64_t wal_bytes_truncate = std::int64_t{64} << 20;
  std::int64_t wal_bytes_max = std::int64_t{1} << 30;
  Duration full_retry = std::chrono::seconds(1);  // how often no-space mode looks for room
};

enum class Lane { completion, submission };

class Writer final {
 public:
  struct Listener {
    // Writer thread, after each COMMIT, before the callers are completed.
    std::function<void(const std::vector<Event>&)> on_events;
    std::function<void(const Error&)> on_fatal;                    // writer thread, once
    std::function<void(bool no_space)> on_space_changed;           // writer thread
    std::function<void(std::size_t changes, Duration)> on_commit;  // writer thread
    // Writer thread: a reader has kept the WAL from being emptied.
    std::function<void()> on_wal_blocked;
  };
  Writer(std::unique_ptr<Database> database, WriterOptions options, Clock& clock,
         Listener listener);
  ~Writer();  // commits what is queued, then joins
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Any thread. `change` runs on the writer thread inside the transaction and may run again after a
  // rollback, so it must only write through the Database and overwrite its own results. `done` is
  // called on the writer thread after COMMIT (or failure): it must be short and hand over to its
  // own thread.
  using Change = std::move_only_function<Result<void>(Database&)>;
  using Done = std::move_only_function<void(Result<void>)>;
  void submit(Lane lane, Change change, Done done);

  // Loop thread: the awaitable form. The change's value arrives after COMMIT.
  template <class T>
  Task<Result<T>> write(Loop& loop, Lane lane,
                        std::move_only_function<Result<T>(Database&)> change);

  // Any thread. From now on no change waits for room on a full disk: what does not fit is refused,
  // completions too. For an end that must not take for ever.
  void wait_no_more();

  std::uint64_t turns() const;  // any thread: moves while the thread is alive
  std::size_t queued() const;   // any thread
  bool out_of_space() const;    // any thread
  bool failed() const;          // any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class T>
Task<Result<T>> Writer::write(Loop& loop, Lane lane,
                              std::move_only_function<Result<T>(Database&)> change) {
  struct Outcome {
    std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>> value;
    Result<void> result;
  };
  auto outcome = std::make_shared<Outcome>();
  auto start = [this, &loop, lane, outcome, change = std::move(change)](auto handler) mutable {
    submit(
        lane,
        [outcome, change = std::move(change)](Database& database) mutable -> Result<void> {
          Result<T> value = change(database);
          if (!value) return std::unexpected(std::move(value.error()));
          if constexpr (!std::is_void_v<T>) outcome->value = std::move(*value);
          return {};
        },
        [&loop, outcome, handler = std::move(handler)](Result<void> result) mutable {
          outcome->result = std::move(result);
          loop.post([handler = std::move(handler)]() mutable { std::move(handler)(); });
        });
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
      std::move(start), use_task);
  if (!outcome->result) co_return std::unexpected(std::move(outcome->result.error()));
  if constexpr (std::is_void_v<T>) {
    co_return Result<T>{};
  } else {
    co_return std::move(*outcome->value);
  }
}

}  // namespace docwright::store
