#include "store/recent_calls.h"

#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using namespace std::chrono_literals;

class RecentCallsTest : public StoreTest {
 protected:
  std::int64_t call(const std::string& model = "gpt") {
    store::NewCall call = new_call(job_, 0, "question " + std::to_string(++questions_));
    call.model = model;
    return granted(call);
  }
  void fail(std::int64_t call, int status, bool charged = false) {
    const store::CallEnd end{.call = call, .http_status = status};
    const store::CallFailure failure{"server", "sorry", ""};
    EXPECT_TRUE(change([&](auto& database) {
      return charged ? store::unknown(database, end, failure, now_)
                     : store::failed(database, end, failure, now_);
    }));
  }
  std::vector<store::RecentCalls> recent(Duration since) {
    return store::recent_calls(database(), now_ - since, now_);
  }

  store::Claimed job_;
  int questions_ = 0;

 private:
  void SetUp() override {
    StoreTest::SetUp();
    job_ = running_job();
  }
};

TEST_F(RecentCallsTest, CountsWhatHasOrMayHaveReachedTheProvider) {
  EXPECT_TRUE(answer(call(), 0));  // 80 and 20 tokens of 150
  fail(call(), 429);
  fail(call(), 0);  // no connection
  fail(call(), 0, true);
  const auto all = recent(1h);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].provider, "openai");
  EXPECT_EQ(all[0].model, "gpt");
  EXPECT_EQ(all[0].requests, 3);
  EXPECT_EQ(all[0].usage.input, 80);
  EXPECT_EQ(all[0].usage.output, 20);
  EXPECT_EQ(all[0].bound, 150);
  EXPECT_EQ(all[0].unsaid, 150);
}

TEST_F(RecentCallsTest, WhatWasInFlightAtACrashMayHaveReachedIt) {
  call();
  restart();
  ASSERT_EQ(recent(1h).size(), 1U);
  EXPECT_EQ(recent(1h)[0].requests, 1);
  EXPECT_EQ(recent(1h)[0].unsaid, 150);
}

TEST_F(RecentCallsTest, BySecondsOfTheLastMinuteAndMinutesBefore) {
  const Time begin = std::chrono::floor<std::chrono::hours>(now_);
  for (const Duration at : {Duration(0s), Duration(30s), Duration(62s), Duration(125s),
                            Duration(125'500ms), Duration(127s)}) {
    now_ = begin + at;
    EXPECT_TRUE(answer(call(), 0));
  }
  EXPECT_TRUE(answer(call("other"), 0));
  now_ = begin + 150s;
  std::vector<std::pair<Duration, std::int64_t>> seen;
  for (const auto& calls : recent(1h)) {
    if (calls.model == "gpt") seen.emplace_back(calls.at - begin, calls.requests);
  }
  EXPECT_THAT(seen,
              testing::ElementsAre(std::pair(Duration(0s), 2), std::pair(Duration(62s), 1),
                                   std::pair(Duration(125s), 2), std::pair(Duration(127s), 1)));
  EXPECT_EQ(recent(1h).size(), 5U);
  EXPECT_EQ(recent(90s).size(), 4U);
}

}  // namespace
}  // namespace docwright::test
