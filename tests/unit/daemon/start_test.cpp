// What a daemon's start finds in its store.
#include "daemon/start.h"

#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using namespace std::chrono_literals;

class StartTest : public StoreTest {
 protected:
  Result<daemon::StartState> state(Duration read_time_max) {
    database_.reset();  // the store has the file for itself
    store::StoreOptions options{path(), "test", {}, {}};
    options.readers.deadline = read_time_max;
    const auto store = store::Store::open(options, clock_, {}).value();
    config::Settings settings;
    settings.limits["openai"].requests_per_day = 1000;
    return daemon::start_state(*store, settings, now_, log_);
  }

  void calls(int count) {
    const store::Claimed job = running_job();
    for (int i = 0; i < count; ++i)
      EXPECT_TRUE(answer(granted(new_call(job, 0, fmt::format("question {}", i))), 0));
  }

  ManualClock clock_;
  Log log_{Log::Level::error};
};

TEST_F(StartTest, WhatLimitsHaveCountedIsReadFromTheJournal) {
  calls(3);
  const auto found = state(10s);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->recent_calls.size(), 1U);
  EXPECT_EQ(found->recent_calls[0].requests, 3);
}

TEST_F(StartTest, AJournalThatTakesTooLongToReadKeepsNoDaemonFromStarting) {
  change([&](auto& database) { store::choose_default_model(database, "gpt", "mia", now_); });
  calls(1000);  // enough for SQLite to look at the clock in between
  const auto found = state(0s);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->recent_calls.empty());
  EXPECT_EQ(found->default_models.size(), 1U);
}

}  // namespace
}  // namespace docwright::test
