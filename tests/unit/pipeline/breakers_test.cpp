// Circuit breakers in virtual time.
#include "pipeline/call/breakers.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using providers::ErrorClass;
using std::chrono::seconds;
using Change = Breakers::Change;
using Entry = Breakers::Entry;

class BreakersTest : public testing::Test {
 protected:
  Change fail(Entry entry = Entry::normal, ErrorClass error_class = ErrorClass::server) {
    return breakers_.learn("a", entry, error_class, now_);
  }
  Change answer(Entry entry = Entry::normal) {
    return breakers_.learn("a", entry, std::nullopt, now_);
  }
  void trip() {
    for (int i = 0; i < 20; ++i) fail();
  }

  Breakers breakers_;
  Time now_{};
};

TEST_F(BreakersTest, OpensAfterFailuresInARowOnly) {
  for (int i = 0; i < 19; ++i) EXPECT_EQ(fail(), Change::none);
  answer();
  for (int i = 0; i < 19; ++i) EXPECT_EQ(fail(), Change::none);
  EXPECT_FALSE(breakers_.open("a", now_));
  EXPECT_EQ(fail(), Change::opened);
  EXPECT_EQ(breakers_.open("a", now_), now_ + seconds(15));
  EXPECT_FALSE(breakers_.open("b", now_));
}

TEST_F(BreakersTest, OneProbeDecidesForAll) {
  trip();
  EXPECT_EQ(breakers_.enter("a", now_), Entry::refused);
  now_ += seconds(15);
  EXPECT_FALSE(breakers_.open("a", now_));
  EXPECT_EQ(breakers_.enter("a", now_), Entry::probe);
  EXPECT_EQ(breakers_.enter("a", now_), Entry::refused);
  EXPECT_TRUE(breakers_.open("a", now_));
  EXPECT_EQ(answer(Entry::probe), Change::closed);
  EXPECT_EQ(breakers_.enter("a", now_), Entry::normal);
}

TEST_F(BreakersTest, AProbeThatFailsDoublesTheTime) {
  trip();
  now_ += seconds(15);
  breakers_.enter("a", now_);
  EXPECT_EQ(fail(Entry::probe), Change::none);
  EXPECT_EQ(breakers_.open("a", now_), now_ + seconds(30));
  for (int i = 0; i < 10; ++i) {
    now_ = *breakers_.open("a", now_);
    breakers_.enter("a", now_);
    fail(Entry::probe);
  }
  EXPECT_EQ(breakers_.open("a", now_), now_ + seconds(300));
}

TEST_F(BreakersTest, WhatWentOutBeforeItOpenedChangesNothing) {
  trip();
  fail();
  EXPECT_EQ(breakers_.open("a", now_), now_ + seconds(15));
}

TEST_F(BreakersTest, AProbeThatWasNotSentLeavesItsPlace) {
  trip();
  now_ += seconds(15);
  const Entry entry = breakers_.enter("a", now_);
  breakers_.leave("a", entry);
  EXPECT_EQ(breakers_.enter("a", now_), Entry::probe);
}

TEST_F(BreakersTest, AnAnsweredErrorIsASignOfLife) {
  trip();
  now_ += seconds(15);
  EXPECT_EQ(breakers_.enter("a", now_), Entry::probe);
  EXPECT_EQ(fail(Entry::probe, ErrorClass::invalid_request), Change::closed);
}

}  // namespace
}  // namespace docwright::pipeline
