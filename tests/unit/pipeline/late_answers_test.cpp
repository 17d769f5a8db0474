// Calls whose asker has gone: what becomes of them, and of what was reserved for them.
#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

class LateAnswers : public PipelineWorld {
 protected:
  // A job that shares no answer with another one.
  std::shared_ptr<Job> lone_job(std::int64_t row) {
    auto made = planned_job(1, 1, row);
    made->fresh = true;
    return made;
  }
  Nusd settled() const {
    Nusd sum = 0;
    for (const auto& call : journal_.calls) sum += call.state == "answered" ? call.charge : 0;
    return sum;
  }
  void cancel_after(Duration time, std::vector<TaskGroup::Handle> handles) {
    runs_->spawn("cancel", cancel_later(loop_, time, std::move(handles)));
  }
  void cut_after(Duration time) { runs_->spawn("cut", cut_later(loop_, time, *desk_)); }

 private:
  static Task<void> cancel_later(Loop& loop, Duration time,
                                 std::vector<TaskGroup::Handle> handles) {
    co_await loop.sleep(time);
    for (TaskGroup::Handle& handle : handles) handle.cancel();
  }
  static Task<void> cut_later(Loop& loop, Duration time, CallDesk& desk) {
    co_await loop.sleep(time);
    desk.cut_unwanted();
  }
};

// Acceptance: litellm #30522. What was reserved returns to what was settled.
TEST_F(LateAnswers, Litellm30522AThousandCancelledRequestsLeaveNothingReserved) {
  constexpr std::int64_t kJobs = 1000;
  stop();
  limits_ = {.calls = kJobs, .groups = {{"openai", {.calls_at_once_min = kJobs}}}};
  start();
  std::vector<TaskGroup::Handle> handles;
  for (std::int64_t row = 1; row <= kJobs; ++row) handles.push_back(spawn(lone_job(row)));
  cancel_after(std::chrono::milliseconds(20), std::move(handles));
  loop_.run_until_idle();
  EXPECT_EQ(journal_.count("answered"), kJobs);
  EXPECT_EQ(journal_.count("intent"), 0);
  EXPECT_EQ(journal_.committed(), settled());
  EXPECT_EQ(desk_->in_flight().calls, 0);
  EXPECT_EQ(desk_->in_flight().bound, 0);
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(LateAnswers, WhatIsCutStaysChargedAtItsBound) {
  auto handle = spawn(lone_job(1));
  const auto other = spawn(lone_job(2));
  cancel_after(std::chrono::milliseconds(20), {handle});
  cut_after(std::chrono::milliseconds(30));
  loop_.run_until_idle();
  ASSERT_EQ(journal_.calls.size(), 2U);
  const auto& cut = journal_.calls.at(0);
  EXPECT_EQ(cut.state, "unknown");
  EXPECT_EQ(cut.charge, cut.bound);
  EXPECT_EQ(cut.error->error_class, providers::ErrorClass::cancelled);
  EXPECT_EQ(journal_.calls.at(1).state, "answered") << "its job goes on";
  EXPECT_EQ(text(outcomes_.at(2)), "succeeded 1 0");
  EXPECT_EQ(desk_->in_flight().calls, 0);
}

TEST_F(LateAnswers, WhatAnotherJobWaitsForIsNotCut) {
  auto leader = spawn(planned_job(1, 1, 1));
  spawn(planned_job(1, 1, 2));
  cancel_after(std::chrono::milliseconds(20), {leader});
  cut_after(std::chrono::milliseconds(30));
  loop_.run_until_idle();
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(journal_.count("answered"), 1);
  EXPECT_EQ(text(outcomes_.at(2)), "succeeded 1 0");
}

// Of the one that waits, nothing was reserved: the call is the leader's.
TEST_F(LateAnswers, AWaiterThatIsCancelledChangesNothing) {
  spawn(planned_job(1, 1, 1));
  auto waiter = spawn(planned_job(1, 1, 2));
  cancel_after(std::chrono::milliseconds(20), {waiter});
  loop_.run_until_idle();
  EXPECT_EQ(text(outcomes_.at(1)), "succeeded 1 0");
  EXPECT_EQ(journal_.calls.size(), 1U);
  EXPECT_EQ(journal_.committed(), settled());
}

// A call that was paid is not thrown away because its job's time is up.
TEST_F(LateAnswers, AnAnswerAfterTheDeadlineIsKeptForTheRetry) {
  provider_.latency = std::chrono::milliseconds(500);
  auto late = planned_job(1, 1, 1);
  late->deadline = clock_.now() + std::chrono::milliseconds(100);
  cancel_after(std::chrono::milliseconds(100), {spawn(late)});
  loop_.run_until_idle();
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_EQ(journal_.count("answered"), 1);
  EXPECT_EQ(text(run(planned_job(1, 1, 1))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

}  // namespace
}  // namespace docwright::test
