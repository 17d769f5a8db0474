// The store as a whole: one daemon, a clean end, a damaged file, its readers.
#include <gmock/gmock.h>

#include <fstream>

#include "store/store.h"
#include "tests/unit/store/writer_fixture.h"

namespace docwright::test {
namespace {

using testing::ElementsAre;
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
    CompletionLog log;
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
    CompletionLog log;
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
