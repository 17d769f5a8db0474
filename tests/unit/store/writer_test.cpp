#include "store/writer.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "store/events.h"
#include "store/store.h"
#include "tests/support/temporary_folder.h"

namespace docwright::test {
namespace {

using store::Database;
using store::Lane;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Collects what becomes of changes, in the order in which they are completed.
class Log {
 public:
  store::Writer::Done done(std::string name) {
    return [this, name = std::move(name)](Result<void> result) {
      const std::scoped_lock lock(mutex_);
      entries_.push_back(result ? name
                                : name + ": " + std::string(docwright::name(result.error().code)));
      changed_.notify_all();
    };
  }
  std::vector<std::string> wait_for(std::size_t entries) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return entries_.size() >= entries; });
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_;
};

// Holds the writer thread inside a change until it is let go: what is submitted meanwhile becomes
// one batch.
class Gate {
 public:
  Result<void> pass() {
    std::unique_lock lock(mutex_);
    entered_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    return {};
  }
  void wait_until_entered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return entered_; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false, open_ = false;
};

store::Writer::Change insert(int value) {
  return [value](Database& database) -> Result<void> {
    database.statement("INSERT INTO numbers VALUES (?1)").bind(value).run();
    return {};
  };
}

// A value of 100,000 bytes: enough to fill up what a test leaves.
store::Writer::Change insert_much(int value) {
  return [value](Database& database) -> Result<void> {
    const std::string much(100'000, 'x');
    database.statement("INSERT INTO large VALUES (?1, ?2)").bind(value, much).run();
    return {};
  };
}

class WriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open(path(), Database::Mode::writer).value();
    database->execute(
        "CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE large (n INTEGER, body TEXT) STRICT");
    options_.full_retry = std::chrono::milliseconds(2);
    raw_ = database.get();
    database_ = std::move(database);
  }
  void start() {
    writer_ = std::make_unique<store::Writer>(std::move(database_), options_, clock_,
                                              std::move(listener_));
  }
  std::string path() const { return folder_.file("docwright.db"); }

  std::vector<std::int64_t> numbers() {
    auto reader = Database::open(path(), Database::Mode::reader).value();
    auto row = reader->statement_once("SELECT n FROM numbers ORDER BY n");
    std::vector<std::int64_t> found;
    while (row.step()) found.push_back(row.integer(0));
    return found;
  }
  // Lets the writer reach the gate, queues what `submit` submits, then lets it go on.
  void as_one_batch(const std::function<void()>& submit) {
    const auto gate = std::make_shared<Gate>();
    writer_->submit(
        Lane::completion, [gate](Database&) { return gate->pass(); }, log_.done("gate"));
    gate->wait_until_entered();
    submit();
    gate->open();
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Log log_;
  store::WriterOptions options_;
  store::Writer::Listener listener_;
  std::unique_ptr<Database> database_;
  Database* raw_ = nullptr;
  std::unique_ptr<store::Writer> writer_;
};

TEST_F(WriterTest, CompletesInOrderAfterTheCommit) {
  start();
  as_one_batch([&] {
    writer_->submit(Lane::completion, insert(1), log_.done("1"));
    writer_->submit(Lane::completion, insert(2), log_.done("2"));
    writer_->submit(Lane::completion, insert(3), [&](Result<void> result) {
      // By now the batch is on the disk, for everybody to read.
      EXPECT_THAT(numbers(), ElementsAre(1, 2, 3));
      log_.done("3")(std::move(result));
    });
  });
  EXPECT_THAT(log_.wait_for(4), ElementsAre("gate", "1", "2", "3"));
}

TEST_F(WriterTest, CompletionsGoBeforeSubmissions) {
  start();
  as_one_batch([&] {
    writer_->submit(Lane::submission, insert(1), log_.done("submission"));
    writer_->submit(Lane::completion, insert(2), log_.done("completion"));
  });
  EXPECT_THAT(log_.wait_for(3), ElementsAre("gate", "completion", "submission"));
}

TEST_F(WriterTest, ManyCompletionsDoNotStarveSubmissions) {
  options_.batch_max = 8;
  start();
  as_one_batch([&] {
    for (int i = 0; i < 20; ++i) {
      writer_->submit(Lane::completion, insert(i), log_.done("completion"));
    }
    writer_->submit(Lane::submission, insert(100), log_.done("submission"));
  });
  const auto entries = log_.wait_for(22);
  EXPECT_EQ(entries.at(8), "submission");
}

TEST_F(WriterTest, OneCommitTakesEverythingThatIsQueued) {
  std::vector<std::size_t> commits;
  listener_.on_commit = [&](std::size_t changes, Duration) { commits.push_back(changes); };
  start();
  as_one_batch([&] {
    for (int i = 0; i < 100; ++i) writer_->submit(Lane::submission, insert(i), log_.done("x"));
  });
  log_.wait_for(101);
  EXPECT_THAT(commits, ElementsAre(1, 100));
}

TEST_F(WriterTest, OneBadChangeAmongGoodOnesFailsAlone) {
  start();
  as_one_batch([&] {
    writer_->submit(Lane::submission, insert(1), log_.done("1"));
    writer_->submit(Lane::submission, insert(1), log_.done("twice"));
    writer_->submit(Lane::submission, insert(2), log_.done("2"));
    writer_->submit(
        Lane::submission,
        [](Database& database) -> Result<void> {
          insert(3)(database).value();
          return fail(Code::key_conflict, "no");
        },
        log_.done("after a write"));
    writer_->submit(
        Lane::submission, [](Database&) -> Result<void> { return fail(Code::busy, "no"); },
        log_.done("before any write"));
    writer_->submit(
        Lane::submission, [](Database&) -> Result<void> { throw std::runtime_error("bug"); },
        log_.done("exception"));
    writer_->submit(Lane::submission, insert(4), log_.done("4"));
  });
  EXPECT_THAT(log_.wait_for(8),
              ElementsAre("gate", "1", "twice: internal", "2", "after a write: key_conflict",
                          "before any write: busy", "exception: internal", "4"));
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 4));
}

TEST_F(WriterTest, SurvivorsRunAgainWhenSqliteRollsEverythingBack) {
  start();
  as_one_batch([&] {
    writer_->submit(Lane::submission, insert(1), log_.done("1"));
    writer_->submit(
        Lane::submission,
        [](Database& database) -> Result<void> {
          database.statement("INSERT OR ROLLBACK INTO numbers VALUES (1)").run();
          return {};
        },
        log_.done("bad"));
    writer_->submit(Lane::submission, insert(2), log_.done("2"));
  });
  EXPECT_THAT(log_.wait_for(4), ElementsAre("gate", "1", "bad: internal", "2"));
  EXPECT_THAT(numbers(), ElementsAre(1, 2));
}

TEST_F(WriterTest, SurvivorsRunAgainAlsoBesideAFailureThatWrote) {
  start();
  as_one_batch([&] {
    writer_->submit(
        Lane::submission,
        [](Database& database) -> Result<void> {
          insert(7)(database).value();
          return fail(Code::busy, "no");
        },
        log_.done("wrote"));
    writer_->submit(Lane::submission, insert(1), log_.done("1"));
    writer_->submit(
        Lane::submission,
        [](Database& database) -> Result<void> {
          database.statement("INSERT OR ROLLBACK INTO numbers VALUES (1)").run();
          return {};
        },
        log_.done("bad"));
  });
  EXPECT_THAT(log_.wait_for(4), ElementsAre("gate", "wrote: busy", "1", "bad: internal"));
  EXPECT_THAT(numbers(), ElementsAre(1));
}

TEST_F(WriterTest, EventsAreHandedOutOnceAndOnlyOfWhatWasCommitted) {
  std::vector<std::string> topics;
  listener_.on_events = [&](const std::vector<store::Event>& events) {
    for (const auto& event : events) topics.push_back(event.topic);
  };
  start();
  const auto tell = [](std::string topic, bool good) {
    return [topic = std::move(topic), good](Database& database) -> Result<void> {
      store::append_event(database, topic, Json::object(), Time{});
      if (!good) return fail(Code::conflict, "no");
      return {};
    };
  };
  as_one_batch([&] {
    writer_->submit(Lane::completion, tell("a", true), log_.done("a"));
    writer_->submit(Lane::completion, tell("b", false), log_.done("b"));
    writer_->submit(Lane::completion, tell("c", true), log_.done("c"));
  });
  log_.wait_for(4);
  EXPECT_THAT(topics, ElementsAre("a", "c"));
}

TEST_F(WriterTest, AFullQueueRefusesSubmissionsAtOnce) {
  options_.queue_max = 2;
  start();
  as_one_batch([&] {
    for (int i = 0; i < 3; ++i) writer_->submit(Lane::submission, insert(i), log_.done("s"));
    writer_->submit(Lane::completion, insert(10), log_.done("c"));
    EXPECT_THAT(log_.wait_for(1), ElementsAre("s: busy"));
  });
  log_.wait_for(5);
  EXPECT_THAT(numbers(), ElementsAre(0, 1, 10));
}

TEST_F(WriterTest, WhatIsQueuedIsCommittedBeforeTheEnd) {
  start();
  for (int i = 0; i < 1000; ++i) writer_->submit(Lane::submission, insert(i), log_.done("x"));
  writer_.reset();
  EXPECT_THAT(numbers(), SizeIs(1000));
  EXPECT_THAT(log_.wait_for(0), SizeIs(1000));
}

// No space.

class FullDiskTest : public WriterTest {
 protected:
  void SetUp() override {
    WriterTest::SetUp();
    listener_.on_space_changed = [this](bool full) { space_log_.done(full ? "full" : "room")({}); };
    database_->execute("PRAGMA max_page_count = 200");
  }
  // Only the writer's own connection knows the limit.
  store::Writer::Change make_room() {
    return [](Database& database) -> Result<void> {
      database.execute("PRAGMA max_page_count = 100000");
      return {};
    };
  }
  Log space_log_;
};

TEST_F(FullDiskTest, SubmissionsAreRefusedAndNothingOfTheBatchIsLeft) {
  start();
  as_one_batch([&] {
    writer_->submit(Lane::submission, insert(1), log_.done("1"));
    for (int i = 0; i < 20; ++i) {
      writer_->submit(Lane::submission, insert_much(i), log_.done("much"));
    }
  });
  const auto entries = log_.wait_for(22);
  EXPECT_EQ(entries.at(1), "1: no_space");
  EXPECT_EQ(entries.at(21), "much: no_space");
  EXPECT_THAT(numbers(), IsEmpty());
  EXPECT_THAT(space_log_.wait_for(1), ElementsAre("full"));
  EXPECT_TRUE(writer_->out_of_space());
}

TEST_F(FullDiskTest, CompletionsAreTriedUntilThereIsRoom) {
  start();
  std::atomic<int> tries = 0;
  writer_->submit(
      Lane::completion,
      [&](Database& database) -> Result<void> {
        if (++tries == 5) make_room()(database).value();  // somebody has deleted something
        for (int i = 0; i < 20; ++i) insert_much(i)(database).value();
        return insert(1)(database);
      },
      log_.done("answer"));
  EXPECT_THAT(log_.wait_for(1), ElementsAre("answer"));
  EXPECT_EQ(tries, 5);
  EXPECT_THAT(numbers(), ElementsAre(1));
  EXPECT_THAT(space_log_.wait_for(2), ElementsAre("full", "room"));
  EXPECT_FALSE(writer_->out_of_space());
}

TEST_F(FullDiskTest, SubmissionsComeThroughAgainByThemselves) {
  start();
  writer_->submit(
      Lane::submission,
      [&](Database& database) -> Result<void> {
        for (int i = 0; i < 20; ++i) insert_much(i)(database).value();
        return {};
      },
      log_.done("too much"));
  EXPECT_THAT(log_.wait_for(1), ElementsAre("too much: no_space"));
  std::size_t sent = 1;
  std::vector<std::string> entries;
  do {
    writer_->submit(Lane::submission, insert(static_cast<int>(sent)), log_.done("small"));
    entries = log_.wait_for(++sent);
  } while (entries.back() != "small");
  EXPECT_THAT(numbers(), SizeIs(1));
}

TEST_F(FullDiskTest, AnEndDoesNotWaitForRoom) {
  start();
  writer_->submit(
      Lane::completion,
      [&](Database& database) -> Result<void> {
        for (int i = 0; i < 20; ++i) insert_much(i)(database).value();
        return {};
      },
      log_.done("answer"));
  space_log_.wait_for(1);
  writer_.reset();
  EXPECT_THAT(log_.wait_for(1), ElementsAre("answer: no_space"));
}

TEST_F(FullDiskTest, WhoIsInAHurryDoesNotWaitForRoom) {
  start();
  const auto too_much = [&](Database& database) -> Result<void> {
    for (int i = 0; i < 20; ++i) insert_much(i)(database).value();
    return {};
  };
  writer_->submit(Lane::completion, too_much, log_.done("answer"));
  space_log_.wait_for(1);
  writer_->wait_no_more();
  EXPECT_THAT(log_.wait_for(1), ElementsAre("answer: no_space"));
  writer_->submit(Lane::completion, too_much, log_.done("another"));
  EXPECT_THAT(log_.wait_for(2), ElementsAre("answer: no_space", "another: no_space"));
}

// The end of all trust.

TEST_F(WriterTest, AFatalErrorFailsEverythingFromThenOn) {
  std::atomic<int> fatal = 0;
  listener_.on_fatal = [&](const Error& error) {
    EXPECT_EQ(error.code, Code::io);
    ++fatal;
  };
  start();
  as_one_batch([&] {
    writer_->submit(Lane::completion, insert(1), log_.done("1"));
    writer_->submit(
        Lane::completion,
        [](Database&) -> Result<void> {
          throw store::SqliteError(10 | (4 << 8), "disk I/O error");
        },
        log_.done("2"));
  });
  EXPECT_THAT(log_.wait_for(3), ElementsAre("gate", "1: unavailable", "2: unavailable"));
  writer_->submit(Lane::submission, insert(3), log_.done("3"));
  EXPECT_THAT(log_.wait_for(4), testing::Contains("3: unavailable"));
  EXPECT_TRUE(writer_->failed());
  EXPECT_EQ(fatal, 1);
  EXPECT_THAT(numbers(), IsEmpty());
}

TEST_F(WriterTest, ALockHeldByAnotherProcessIsWaitedFor) {
  raw_->execute("PRAGMA busy_timeout = 1");
  start();
  auto intruder = Database::open(path(), Database::Mode::writer).value();
  intruder->execute("BEGIN IMMEDIATE");
  writer_->submit(Lane::submission, insert(1), log_.done("submission"));
  EXPECT_THAT(log_.wait_for(1), ElementsAre("submission: busy"));
  writer_->submit(Lane::completion, insert(2), log_.done("completion"));
  intruder->execute("COMMIT");
  EXPECT_THAT(log_.wait_for(2), testing::Contains("completion"));
  EXPECT_THAT(numbers(), ElementsAre(2));
}

// The WAL.

class WalTest : public WriterTest {
 protected:
  std::uintmax_t wal_bytes() { return std::filesystem::file_size(path() + "-wal"); }
};

TEST_F(WalTest, IsCopiedAndUsedAgain) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 16 << 20;
  start();
  for (int i = 0; i < 200; ++i) {
    writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
    log_.wait_for(static_cast<std::size_t>(i) + 1);
  }
  EXPECT_LT(wal_bytes(), std::uintmax_t{4} << 20);
}

TEST_F(WalTest, AReaderThatStaysIsToldOf) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 1 << 20;
  std::atomic<int> blocked = 0;
  listener_.on_wal_blocked = [&] { ++blocked; };
  start();
  auto reader = Database::open(path(), Database::Mode::reader).value();
  reader->execute("BEGIN");
  auto row = reader->statement_once("SELECT count(*) FROM large");
  row.step();
  for (int i = 0; i < 20; ++i) writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
  log_.wait_for(20);
  writer_->submit(Lane::completion, insert(1), log_.done("x"));
  log_.wait_for(21);
  row.rewind();
  reader->execute("COMMIT");
  writer_.reset();
  EXPECT_GE(blocked, 1);
  EXPECT_EQ(std::filesystem::exists(path() + "-wal") ? wal_bytes() : 0, 0U);
}

TEST_F(WalTest, ItsSizeHasALimitThatOnlySubmissionsFeel) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 128 << 10;
  options_.wal_bytes_max = 1 << 20;
  start();
  auto reader = Database::open(path(), Database::Mode::reader).value();
  reader->execute("BEGIN");
  auto row = reader->statement_once("SELECT count(*) FROM large");
  row.step();
  for (int i = 0; i < 20; ++i) writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
  log_.wait_for(20);
  writer_->submit(Lane::submission, insert(1), log_.done("submission"));
  EXPECT_EQ(log_.wait_for(21).back(), "submission: busy");
  writer_->submit(Lane::completion, insert(2), log_.done("completion"));
  EXPECT_EQ(log_.wait_for(22).back(), "completion");
}

// The store as a whole.

TEST(WholeStoreTest, OnlyOneDaemonUsesADatabase) {
  TemporaryFolder folder;
  SystemClock clock;
  auto store = store::Store::open({folder.file("x.db"), "1"}, clock, {});
  ASSERT_TRUE(store) << store.error().message;
  const auto second = store::Store::open({folder.file("x.db"), "1"}, clock, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  store->reset();
  EXPECT_TRUE(store::Store::open({folder.file("x.db"), "1"}, clock, {}));
}

TEST(WholeStoreTest, ACleanEndIsRememberedAndLeavesNoWal) {
  TemporaryFolder folder;
  SystemClock clock;
  ASSERT_TRUE(store::Store::open({folder.file("x.db"), "1"}, clock, {}));
  EXPECT_FALSE(std::filesystem::exists(folder.file("x.db-wal")) &&
               std::filesystem::file_size(folder.file("x.db-wal")) > 0);
  const auto store = store::Store::open({folder.file("x.db"), "1"}, clock, {}).value();
  EXPECT_FALSE(store->recovered().unclean);
  EXPECT_EQ(store->recovered().run, 2);
}

TEST(WholeStoreTest, AfterAnIoErrorTheFileIsCheckedOnce) {
  TemporaryFolder folder;
  SystemClock clock;
  const auto open = [&] { return store::Store::open({folder.file("x.db"), "1"}, clock, {}); };
  const auto suspect = [&] { return std::filesystem::exists(folder.file("x.db.suspect")); };
  {
    auto store = open().value();
    Log log;
    store->writer().submit(
        Lane::completion,
        [](Database&) -> Result<void> { throw store::SqliteError(10 | (4 << 8), "fsync"); },
        log.done("x"));
    EXPECT_THAT(log.wait_for(1), ElementsAre("x: unavailable"));
  }
  EXPECT_TRUE(suspect());
  EXPECT_TRUE(open());
  EXPECT_FALSE(suspect());
}

TEST(WholeStoreTest, ADamagedFileIsNotUsed) {
  TemporaryFolder folder;
  SystemClock clock;
  const auto open = [&] { return store::Store::open({folder.file("x.db"), "1"}, clock, {}); };
  {
    auto store = open().value();
    Log log;
    store->writer().submit(
        Lane::completion,
        [](Database& database) -> Result<void> {
          database.execute("UPDATE state_counts SET jobs = 7 WHERE state = 'queued'");
          return {};
        },
        log.done("x"));
    log.wait_for(1);
  }
  std::ofstream(folder.file("x.db.suspect")) << "";
  const auto damaged = open();
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::corrupt);
}

TEST(WholeStoreTest, ReadersSeeOneMomentAndReportFailures) {
  TemporaryFolder folder;
  SystemClock clock;
  const auto store = store::Store::open({folder.file("x.db"), "1"}, clock, {}).value();
  const auto runs = store->readers().read([](Database& database) {
    auto row = database.statement("SELECT count(*) FROM daemon_runs");
    row.step();
    return row.integer(0);
  });
  EXPECT_EQ(runs, 1);
  const Result<int> refused =
      store->readers().read([](Database&) -> Result<int> { return fail(Code::not_found, "no"); });
  EXPECT_EQ(refused.error().code, Code::not_found);
  const auto broken = store->readers().read([](Database& database) {
    database.execute("SELECT * FROM nothing");
    return 1;
  });
  EXPECT_EQ(broken.error().code, Code::internal);
  EXPECT_TRUE(store->readers().read([](Database&) { return 1; }));
}

TEST(WholeStoreTest, AReaderThatIsInTheWayIsInterrupted) {
  TemporaryFolder folder;
  SystemClock clock;
  const auto store = store::Store::open({folder.file("x.db"), "1"}, clock, {}).value();
  const auto interrupted = store->readers().read([&](Database& database) {
    auto row = database.statement(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
    row.step();
    store->readers().interrupt_older_than(std::chrono::hours(1));
    row.step();
    store->readers().interrupt_older_than(Duration::zero());
    while (row.step()) {
    }
    return 1;
  });
  ASSERT_FALSE(interrupted);
  EXPECT_EQ(interrupted.error().code, Code::timeout);
}

}  // namespace
}  // namespace docwright::test
