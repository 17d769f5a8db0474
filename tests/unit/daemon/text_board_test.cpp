// What models write, as far as somebody listens.
#include "daemon/text_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TextBoardTest : public ::testing::Test {
 protected:
  TextBoardTest() {
    job_.id = "j1";
    job_.path = "a.py";
    key_.step = "draft";
    board_.open([this](const std::string& topic, const Json& event) {
      heard_.push_back(topic + ' ' + std::to_string(event["begin"].get<int>()) + ' ' +
                       event["text"].get<std::string>() + (event["last"] == true ? "|" : ""));
    });
  }
  void subscribe(std::string_view topic, bool on = true) {
    board_.subscribed(topic, on);
    loop_.run_until_idle();
  }
  void write(std::string_view text, bool last = false) {
    board_.wrote(job_, key_, 1, {text, last, kSecret});
  }

  static constexpr std::string_view kSecret = "sk-1234";
  ManualClock clock_;
  Loop loop_{clock_};
  TextBoard board_{loop_};
  pipeline::Job job_;
  pipeline::QuestionKey key_;
  std::vector<std::string> heard_;
};

TEST_F(TextBoardTest, NobodyListensToNothing) {
  write("a");
  subscribe("text.j2");
  subscribe("job.j1");
  write("ab", true);
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(TextBoardTest, PiecesComeAFewASecondAndTheRestWithTheLast) {
  subscribe("text.j1");
  write("a");
  write("ab");
  clock_.advance(std::chrono::milliseconds(250));
  write("abc");
  write("abcd");
  write("abcde", true);
  EXPECT_THAT(heard_, ElementsAre("text.j1 0 a", "text.j1 1 bc", "text.j1 3 de|"));
}

TEST_F(TextBoardTest, CallsAreToldApart) {
  subscribe("text.");
  write("a");
  key_.chunk = 1;
  write("b");
  EXPECT_THAT(heard_, ElementsAre("text.j1 0 a", "text.j1 0 b"));
}

TEST_F(TextBoardTest, WhoLeavesIsNotSpokenTo) {
  subscribe("text.j1");
  write("a");
  subscribe("text.j1", false);
  clock_.advance(std::chrono::seconds(1));
  write("ab", true);
  EXPECT_THAT(heard_, ElementsAre("text.j1 0 a"));
  // Who comes back is told all of it.
  subscribe("text.j1");
  write("abc");
  EXPECT_EQ(heard_.back(), "text.j1 0 abc");
}

TEST_F(TextBoardTest, WhatRepeatsTheSecretIsToldWithoutIt) {
  subscribe("text.j1");
  const auto later = [&](std::string_view text, bool last = false) {
    clock_.advance(std::chrono::seconds(1));
    write(text, last);
  };
  later("key: sk");
  later("key: sk-123");
  later("key: sk-1234 and s");
  later("key: *** and so on", true);  // as who has read all of it says it
  EXPECT_THAT(heard_, ElementsAre("text.j1 0 key: ", "text.j1 5 *** and ", "text.j1 13 so on|"));
}

TEST_F(TextBoardTest, AnAttemptThatCameToNothingEnds) {
  subscribe("text.j1");
  write("ab");
  write("", true);
  EXPECT_THAT(heard_, ElementsAre("text.j1 0 ab", "text.j1 0 |"));
}

}  // namespace
}  // namespace docwright::daemon
