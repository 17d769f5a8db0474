// The writer: order, groups, failures of single changes, events, the end.
#include <gmock/gmock.h>

#include "store/events.h"
#include "tests/unit/store/writer_fixture.h"

namespace docwright::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class WriterTest : public WriterFixture {};

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

}  // namespace
}  // namespace docwright::test
