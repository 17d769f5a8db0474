#include "store/writer.h"

#include <fmt/core.h>
#include <pthread.h>

#include <atomic>
#include <thread>

#include "store/write_queue.h"

namespace docwright::store {
namespace {

using Batch = WriteQueue::Batch;
using Item = QueuedChange;

enum class Outcome { committed, full, locked, fatal };

}  // namespace

struct Writer::State {
  State(std::unique_ptr<Database> database_in, WriterOptions options_in, Clock& clock_in,
        Listener listener_in)
      : options(options_in),
        clock(clock_in),
        listener(std::move(listener_in)),
        queue(options_in),
        database(std::move(database_in)) {}

  // Constant after construction.
  const WriterOptions options;
  Clock& clock;
  const Listener listener;

  // Any thread.
  WriteQueue queue;
  std::atomic<std::uint64_t> turns = 0;
  std::atomic<std::size_t> queued = 0;  // submitted and not yet completed
  std::atomic<bool> out_of_space = false;
  std::atomic<bool> failed = false;
  std::atomic<bool> hurried = false;  // nothing waits for room

  // Writer thread only.
  std::unique_ptr<Database> database;
  Error failure;
  bool wal_blocked = false;
  std::thread thread;

  bool is_last_try() const { return hurried || queue.is_stopping(); }
  void run();
  void commit(Batch batch);
  Outcome attempt(Batch& batch);
  bool try_whole(Batch& batch, bool savepoints);
  bool run_plainly(Item& item);
  bool run_in_savepoint(Item& item);
  void run_change(Item& item);
  void roll_back();
  void complete(Batch& batch);
  void refuse_submissions(Batch& batch, const Error& error);
  void refuse_all(Batch& batch, const Error& error);
  void wait_for_room(const Error& error);
  void announce(std::size_t changes, Duration time);
  void set_out_of_space(bool now);
  void fail_for_good(Error error);
  void shrink_wal();
};

void Writer::State::run() {
  pthread_setname_np(pthread_self(), "writer");
  while (true) {
    Batch batch = queue.take(std::chrono::seconds(1));
    ++turns;
    if (batch.empty()) {
      if (queue.is_stopping()) break;
      continue;
    }
    commit(std::move(batch));
    if (!failed) shrink_wal();
  }
  if (failed) return;
  try {
    database->checkpoint(Database::Checkpoint::truncate);
  } catch (const SqliteError&) {
    // The WAL stays; the next start reads it.
  }
}

// Runs a batch until every change of it is committed or refused.
void Writer::State::commit(Batch batch) {
  if (wal_blocked && database->wal_bytes() >= options.wal_bytes_max) {
    refuse_submissions(batch, Error{Code::busy,
                                    "a reader of the database outside of docwright keeps its WAL "
                                    "from being emptied: end that reader",
                                    {},
                                    std::chrono::seconds(5)});
  }
  const auto retry_after = std::chrono::ceil<std::chrono::milliseconds>(options.full_retry);
  const Error full{Code::no_space,
                   "the disk of the database is full: nothing was accepted; free some space and "
                   "send it again",
                   {},
                   retry_after};
  const Error locked{Code::busy,
                     "another process holds the database's write lock: end it (only docwrightd "
                     "may write to its database)",
                     {},
                     retry_after};
  while (!batch.empty()) {
    const bool last_try = is_last_try();
    const Moment begin = clock.moment();
    const Outcome outcome = failed ? Outcome::fatal : attempt(batch);
    if (outcome == Outcome::committed) {
      set_out_of_space(false);
      announce(batch.size(), clock.moment() - begin);
      complete(batch);
    } else if (outcome == Outcome::fatal) {
      refuse_all(batch, failure);
    } else {
      const Error& error = outcome == Outcome::full ? full : locked;
      set_out_of_space(outcome == Outcome::full);
      refuse_submissions(batch, error);
      if (last_try) refuse_all(batch, error);
      wait_for_room(error);
    }
  }
}

// One transaction. Where it is not committed, nothing of it is left, and it can be run again.
Outcome Writer::State::attempt(Batch& batch) {
  bool savepoints = false;
  try {
    while (!try_whole(batch, savepoints)) {
      roll_back();
      savepoints = true;
    }
    return failed ? Outcome::fatal : Outcome::committed;
  } catch (const SqliteError& error) {
    roll_back();
    switch (error.kind()) {
      case SqliteError::Kind::full:
        return Outcome::full;
      case SqliteError::Kind::locked:
        return Outcome::locked;
      default:
        fail_for_good(error.error());
        return Outcome::fatal;
    }
  }
}

// Runs every change and commits. False: one has failed and left something in the transaction, or
// SQLite has rolled it back; the survivors must run again.
bool Writer::State::try_whole(Batch& batch, bool savepoints) {
  database->uncommitted_events().clear();
  database->statement("BEGIN IMMEDIATE").run();
  for (Item& item : batch) {
    if (item.dead) continue;
    if (!(savepoints ? run_in_savepoint(item) : run_plainly(item))) return false;
  }
  database->statement("COMMIT").run();
  return true;
}

// False: the change has failed after it had written something.
bool Writer::State::run_plainly(Item& item) {
  const std::int64_t changes_before = database->total_changes();
  const std::size_t events_before = database->uncommitted_events().size();
  run_change(item);
  if (item.result) return true;
  return database->in_transaction() && database->total_changes() == changes_before &&
         database->uncommitted_events().size() == events_before;
}

// False: with the change, SQLite has rolled back the whole transaction.
bool Writer::State::run_in_savepoint(Item& item) {
  auto& events = database->uncommitted_events();
  const std::size_t events_before = events.size();
  database->statement("SAVEPOINT change").run();
  run_change(item);
  if (!database->in_transaction()) {
    item.dead = true;
    return false;
  }
  if (!item.result) {
    database->statement("ROLLBACK TO change").run();
    events.resize(events_before);
  }
  database->statement("RELEASE change").run();
  return true;
}

// What SQLite refuses for reasons of its own is not tried again.
void Writer::State::run_change(Item& item) {
  try {
    item.result = item.change(*database);
  } catch (const SqliteError& error) {
    if (error.kind() != SqliteError::Kind::change) throw;
    item.result = std::unexpected(error.error());
    item.dead = true;
  } catch (const std::exception& error) {
    item.result =
        fail(Code::internal, fmt::format("a change of the store failed: {}", error.what()));
  }
}

void Writer::State::roll_back() {
  database->uncommitted_events().clear();
  if (!database->in_transaction()) return;
  try {
    database->statement("ROLLBACK").run();
  } catch (const SqliteError& error) {
    fail_for_good(error.error());
  }
}

void Writer::State::complete(Batch& batch) {
  for (Item& item : batch) {
    --queued;
    item.done(std::move(item.result));
  }
  batch.clear();
}

void Writer::State::refuse_submissions(Batch& batch, const Error& error) {
  Batch refused;
  Batch kept;
  for (Item& item : batch) {
    const bool refuse = item.lane == Lane::submission;
    if (refuse) item.result = std::unexpected(error);
    (refuse ? refused : kept).push_back(std::move(item));
  }
  batch = std::move(kept);
  complete(refused);
}

void Writer::State::refuse_all(Batch& batch, const Error& error) {
  for (Item& item : batch) item.result = std::unexpected(error);
  complete(batch);
}

// Lets some time pass, in which submissions are refused. Ends when nothing is to wait any more.
void Writer::State::wait_for_room(const Error& error) {
  const auto until = std::chrono::steady_clock::now() + options.full_retry;
  while (!is_last_try()) {
    const auto left =
        std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) return;
    Batch newcomers = queue.take_submissions(std::min<Duration>(left, std::chrono::seconds(1)));
    ++turns;
    refuse_submissions(newcomers, error);
  }
}

// What listeners are told of a commit, before its callers are.
void Writer::State::announce(std::size_t changes, Duration time) {
  const std::vector<Event> events = std::exchange(database->uncommitted_events(), {});
  if (listener.on_commit) listener.on_commit(changes, time);
  if (!events.empty() && listener.on_events) listener.on_events(events);
}

void Writer::State::set_out_of_space(bool now) {
  if (out_of_space.exchange(now) != now && listener.on_space_changed) {
    listener.on_space_changed(now);
  }
}

void Writer::State::fail_for_good(Error error) {
  if (failed.exchange(true)) return;
  failure = Error{Code::unavailable, "the database has failed, docwright stops: " + error.message};
  if (listener.on_fatal) listener.on_fatal(error);
}

void Writer::State::shrink_wal() {
  try {
    const std::int64_t to_copy = database->wal_bytes_to_copy();
    if (to_copy >= 4 * options.wal_bytes_passive ||
        (to_copy >= options.wal_bytes_passive && queue.is_empty())) {
      wal_blocked = !database->checkpoint(Database::Checkpoint::passive);
    }
    if (database->wal_bytes() < options.wal_bytes_truncate) return;
    wal_blocked = !database->checkpoint(Database::Checkpoint::truncate);
    if (wal_blocked && listener.on_wal_blocked) listener.on_wal_blocked();
  } catch (const SqliteError& error) {
    // A full disk keeps the WAL as it is: everything in it is safe, and the next turn tries again.
    if (error.kind() == SqliteError::Kind::fatal) fail_for_good(error.error());
  }
}

Writer::Writer(std::unique_ptr<Database> database, WriterOptions options, Clock& clock,
               Listener listener)
    : state_(std::make_unique<State>(std::move(database), options, clock, std::move(listener))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Writer::~Writer() {
  state_->queue.stop();
  state_->thread.join();
}

void Writer::submit(Lane lane, Change change, Done done) {
  QueuedChange item{lane, std::move(change), std::move(done)};
  ++state_->queued;
  if (auto refusal = state_->queue.push(item)) {
    --state_->queued;
    item.done(std::unexpected(std::move(*refusal)));
  }
}

void Writer::wait_no_more() {
  state_->hurried = true;
}

std::uint64_t Writer::turns() const {
  return state_->turns;
}
std::size_t Writer::queued() const {
  return state_->queued;
}
bool Writer::out_of_space() const {
  return state_->out_of_space;
}
bool Writer::failed() const {
  return state_->failed;
}

}  // namespace docwright::store
