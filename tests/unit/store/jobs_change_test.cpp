// Jobs that are cancelled, tried again, and resumed after an interruption.
#include <gmock/gmock.h>

#include "store/pauses.h"
#include "tests/unit/store/jobs_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;

class JobsChange : public JobsFixture {};

// Cancelling and trying again.

TEST_F(JobsChange, CancelEndsWhatDoesNotRunAndMarksWhatDoes) {
  const auto rows = submit({new_job("running"), new_job("queued")});
  const auto job = claim(1).at(0);
  const auto change_made =
      change([&](auto& database) { return store::cancel(database, rows, now_); });
  ASSERT_EQ(change_made.jobs.size(), 2U);
  EXPECT_EQ(change_made.jobs[0].state, State::running);
  EXPECT_EQ(change_made.jobs[1].state, State::cancelled);
  ASSERT_EQ(change_made.running.size(), 1U);
  EXPECT_EQ(change_made.running[0].row, job.row);
  EXPECT_EQ(change_made.running[0].attempt, 1);
  EXPECT_TRUE(status(job.row).cancel_requested);
  EXPECT_TRUE(change([&](auto& database) {
    return store::finish(database, job.row, 1, State::cancelled, std::nullopt, now_);
  }));
  const auto again = change([&](auto& database) { return store::cancel(database, rows, now_); });
  EXPECT_FALSE(again.jobs[0].changed);
  EXPECT_FALSE(again.jobs[1].changed);
}

TEST_F(JobsChange, AJobThatParksAfterItsCancelIsCancelled) {
  const auto job = running_job();
  change([&](auto& database) { return store::cancel(database, {job.row}, now_); });
  change([&](auto& database) {
    return store::park(database, job.row, 1, "budget", "", std::nullopt, now_);
  });
  EXPECT_EQ(status(job.row).state, State::cancelled);
}

TEST_F(JobsChange, ACancelOutlivesTheDaemon) {
  const auto job = running_job();
  change([&](auto& database) { return store::cancel(database, {job.row}, now_); });
  restart();
  EXPECT_TRUE(claim(1).empty());
  EXPECT_EQ(status(job.row).state, State::cancelled);
}

// Nobody would take it up to end it while everything is paused.
TEST_F(JobsChange, AnInterruptedJobIsCancelledAtOnce) {
  const auto job = running_job();
  restart();
  change([&](auto& database) { store::pause(database, "", "", now_); });
  const auto made =
      change([&](auto& database) { return store::cancel(database, {job.row}, now_); });
  EXPECT_EQ(made.jobs.at(0).state, State::cancelled);
  EXPECT_TRUE(made.jobs.at(0).changed);
  EXPECT_TRUE(made.running.empty());
  EXPECT_EQ(status(job.row).state, State::cancelled);
}

TEST_F(JobsChange, RetryGivesTheTimeThatItHadAtFirst) {
  const auto job = running_job();
  change([&](auto& database) {
    return store::finish(database, job.row, 1, State::failed, Error{Code::call_failed, "no"}, now_);
  });
  for (int i = 0; i < 2; ++i) {
    now_ += std::chrono::days(30);
    const auto retried =
        change([&](auto& database) { return store::retry(database, {job.row}, false, now_); });
    EXPECT_EQ(retried.jobs.at(0).changed, i == 0);
    if (i == 0) {
      EXPECT_EQ(status(job.row).deadline, now_ + std::chrono::days(7));
    }
  }
  EXPECT_EQ(status(job.row).state, State::queued);
  EXPECT_FALSE(status(job.row).error);
}

TEST_F(JobsChange, RetryOfFailedOnesLeavesCancelledOnes) {
  const auto rows = submit({new_job()});
  change([&](auto& database) { return store::cancel(database, rows, now_); });
  EXPECT_FALSE(change([&](auto& database) { return store::retry(database, rows, true, now_); })
                   .jobs[0]
                   .changed);
  EXPECT_TRUE(change([&](auto& database) { return store::retry(database, rows, false, now_); })
                  .jobs[0]
                  .changed);
}

// Resuming.

TEST_F(JobsChange, InterruptedJobsAreHandedOutBeforeAnythingElse) {
  submit({new_job("a"), new_job("b"), new_job("c")});
  claim(2);
  auto urgent = new_job("urgent");
  urgent.priority = 100;
  submit({urgent});
  restart();
  EXPECT_TRUE(recovered_.unclean);
  EXPECT_EQ(recovered_.running_jobs, 2);
  const auto jobs = claim(3);
  EXPECT_THAT(paths(jobs), ElementsAre("a", "b", "urgent"));
  EXPECT_TRUE(jobs[0].resumed);
  EXPECT_EQ(jobs[0].interruptions, 1);
  EXPECT_FALSE(jobs[2].resumed);
  EXPECT_FALSE(claim(1).at(0).resumed);
  EXPECT_EQ(store::attempts(database(), jobs[0].row).at(0).outcome, "interrupted");
}

TEST_F(JobsChange, InterruptedJobsWaitInTheQueueWhileEverythingIsPaused) {
  auto short_lived = new_job("short");
  short_lived.deadline = now_ + std::chrono::hours(1);
  const auto rows = submit({short_lived, new_job("long"), new_job("unwanted")});
  claim(3);
  change([&](auto& database) { return store::cancel(database, {rows[2]}, now_); });
  change([&](auto& database) { store::pause(database, "", "bill", now_); });
  restart();
  const auto turn = [&] {
    return change([&](auto& database) { return store::wake_due(database, now_, 10); });
  };
  const auto woken = turn();
  EXPECT_EQ(woken.jobs, 3);
  EXPECT_EQ(woken.next, short_lived.deadline);
  EXPECT_EQ(status(rows[0]).state, State::queued);
  EXPECT_EQ(status(rows[2]).state, State::cancelled);
  EXPECT_EQ(store::attempts(database(), rows[0]).at(0).outcome, "interrupted");
  now_ += std::chrono::hours(2);
  turn();
  EXPECT_EQ(status(rows[0]).state, State::failed);
  EXPECT_EQ(status(rows[0]).error->code, Code::timeout);
  change([&](auto& database) { EXPECT_TRUE(store::resume(database, "")); });
  EXPECT_THAT(paths(claim(3)), ElementsAre("long"));
}

TEST_F(JobsChange, ACleanEndIsNoted) {
  change([&](auto& database) { store::end_run(database, now_); });
  restart();
  EXPECT_FALSE(recovered_.unclean);
  EXPECT_EQ(recovered_.run, 2);
}

}  // namespace
}  // namespace docwright::test
