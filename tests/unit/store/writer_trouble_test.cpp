// The writer in trouble: a full disk, a fatal error, a lock that another process holds.
#include <gmock/gmock.h>

#include "tests/unit/store/writer_fixture.h"

namespace docwright::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class FullDiskTest : public WriterFixture {
 protected:
  void SetUp() override {
    WriterFixture::SetUp();
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
  CompletionLog space_log_;
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

class WriterTrouble : public WriterFixture {};

TEST_F(WriterTrouble, AFatalErrorFailsEverythingFromThenOn) {
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

TEST_F(WriterTrouble, ALockHeldByAnotherProcessIsWaitedFor) {
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

}  // namespace
}  // namespace docwright::test
