// Clients that wait: woken by news, by their time, and never lost in between.
#include "daemon/waiting_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace docwright::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A store whose answers the test gives by hand.
class WaitingRoomTest : public ::testing::Test {
 protected:
  struct Asked {
    bool demanded;
    std::move_only_function<void(Answer)> answered;
  };

  WaitingRoom room(WaitingRoom::Limits limits = {}) {
    return WaitingRoom(
        limits, clock_,
        [this](Question, bool demanded, std::move_only_function<void(Answer)> answered) {
          asked_.push_back({demanded, std::move(answered)});
        },
        [this](const Peer& peer, std::string_view frame) {
          sent_.push_back(peer.routing + ": " + std::string(frame));
        });
  }

  void enter(WaitingRoom& room, std::string who, Duration patience) {
    room.enter(
        Peer{.routing = std::move(who), .envelope = {}}, "id",
        [](store::Database&, bool) { return Answer{}; }, patience);
  }

  // Answers the oldest question.
  void answer(Answer answer) {
    ASSERT_FALSE(asked_.empty());
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    asked.answered(std::move(answer));
  }

  static Answer done(std::string reply) { return {.done = true, .reply = std::move(reply)}; }
  static Answer not_yet(std::string topic) { return {.done = false, .topics = {std::move(topic)}}; }

  ManualClock clock_;
  std::deque<Asked> asked_;
  std::vector<std::string> sent_;
};

TEST_F(WaitingRoomTest, AnswersAtOnceWhatIsDone) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(30));
  EXPECT_FALSE(asked_.front().demanded);
  answer(done("here"));
  EXPECT_THAT(sent_, ElementsAre("a: here"));
  EXPECT_EQ(waiting.size(), 0u);
}

TEST_F(WaitingRoomTest, WithoutPatienceTheFirstAnswerIsDemanded) {
  auto waiting = room();
  enter(waiting, "a", Duration{});
  EXPECT_TRUE(asked_.front().demanded);
  Answer open = not_yet("job.1");
  open.reply = "as it is";
  answer(std::move(open));
  EXPECT_THAT(sent_, ElementsAre("a: as it is"));
}

TEST_F(WaitingRoomTest, AsksAgainAtNews) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(30));
  answer(not_yet("job.1"));
  // Once more, for what happened before it listened.
  answer(not_yet("job.1"));
  EXPECT_THAT(asked_, IsEmpty());
  waiting.news("job.2");
  EXPECT_THAT(asked_, IsEmpty());
  waiting.news("job.1");
  answer(done("ended"));
  EXPECT_THAT(sent_, ElementsAre("a: ended"));
}

TEST_F(WaitingRoomTest, NewsDuringAQuestionAreNotLost) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(30));
  answer(not_yet("job.1"));
  waiting.news("job.1");
  waiting.news("job.1");
  ASSERT_EQ(asked_.size(), 1u) << "one question at a time";
  answer(not_yet("job.1"));
  answer(done("ended"));
  EXPECT_THAT(sent_, ElementsAre("a: ended"));
}

TEST_F(WaitingRoomTest, EndsWhenItsTimeIsOver) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(30));
  answer(not_yet("job.1"));
  answer(not_yet("job.1"));
  EXPECT_EQ(waiting.tick(clock_.moment()), clock_.moment() + std::chrono::seconds(30));
  clock_.advance(std::chrono::seconds(31));
  waiting.tick(clock_.moment());
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_TRUE(asked_.front().demanded);
  Answer open = not_yet("job.1");
  open.reply = "not done";
  answer(std::move(open));
  EXPECT_THAT(sent_, ElementsAre("a: not done"));
  EXPECT_EQ(waiting.tick(clock_.moment()), Moment::max());
}

TEST_F(WaitingRoomTest, TimeThatEndsDuringAQuestionDemandsAnother) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(1));
  clock_.advance(std::chrono::seconds(2));
  waiting.tick(clock_.moment());
  ASSERT_EQ(asked_.size(), 1u);
  answer(not_yet("job.1"));
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_TRUE(asked_.front().demanded);
}

TEST_F(WaitingRoomTest, PrefixesHearAllTopicsBelow) {
  auto waiting = room();
  enter(waiting, "a", std::chrono::seconds(30));
  Answer open = not_yet("job.");
  open.prefixes = true;
  answer(std::move(open));
  answer(not_yet("job."));
  waiting.news("batch.7");
  EXPECT_THAT(asked_, IsEmpty());
  waiting.news("job.7");
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(WaitingRoomTest, IsBoundedAndSaysBusy) {
  auto waiting = room({.waiters = 1, .topics = 10, .reads = 2});
  enter(waiting, "a", std::chrono::seconds(30));
  enter(waiting, "b", std::chrono::seconds(30));
  enter(waiting, "c", std::chrono::seconds(30));
  ASSERT_EQ(sent_.size(), 1u) << "the third question at once";
  EXPECT_THAT(sent_[0], HasSubstr("c: "));
  EXPECT_THAT(sent_[0], HasSubstr("busy"));
  EXPECT_THAT(sent_[0], HasSubstr("retry_after_ms"));
  answer(not_yet("job.1"));
  answer(not_yet("job.1"));
  ASSERT_EQ(sent_.size(), 2u) << "the second that would wait";
  EXPECT_THAT(sent_[1], HasSubstr("b: "));
  EXPECT_EQ(waiting.size(), 1u);
}

TEST_F(WaitingRoomTest, AFailureOfTheStoreKeepsTheId) {
  auto waiting = room();
  enter(waiting, "a", Duration{});
  answer({.done = true, .reply = fail(Code::timeout, "the query took too long")});
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_THAT(sent_[0], HasSubstr(R"("id":"id")"));
  EXPECT_THAT(sent_[0], HasSubstr("timeout"));
}

}  // namespace
}  // namespace docwright::daemon
