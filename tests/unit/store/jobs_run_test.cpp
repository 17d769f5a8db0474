// Jobs as they are claimed, end, wait, and are woken.
#include <gmock/gmock.h>

#include "store/pauses.h"
#include "tests/unit/store/jobs_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;
using testing::HasSubstr;

class JobsRun : public JobsFixture {};

// Claiming.

TEST_F(JobsRun, HighPriorityIsClaimedFirstThenTheOldest) {
  auto low = new_job("low.py");
  low.priority = -5;
  auto high = new_job("high.py");
  high.priority = 5;
  submit({low, new_job("first.py"), new_job("second.py"), high});
  EXPECT_THAT(paths(claim(10)), ElementsAre("high.py", "first.py", "second.py", "low.py"));
}

TEST_F(JobsRun, TenantsTakeTurns) {
  std::vector<store::NewJob> jobs;
  for (const auto* path : {"a1", "a2", "a3", "b1", "b2"}) {
    jobs.push_back(new_job(path));
    jobs.back().tenant = std::string(1, path[0]);
  }
  submit(jobs);
  EXPECT_THAT(paths(claim(2)), ElementsAre("a1", "b1"));
  EXPECT_THAT(paths(claim(3)), ElementsAre("a2", "b2", "a3"));
}

TEST_F(JobsRun, WhoComesLateWithOneJobIsNextHoweverMuchOthersHaveQueued) {
  std::vector<store::NewJob> crowd;
  for (int i = 0; i < 2000; ++i) {
    crowd.push_back(new_job(fmt::format("a{}", i)));
    crowd.back().tenant = "a";
  }
  submit(std::move(crowd));
  claim(64);
  auto late = new_job("b");
  late.tenant = "b";
  submit({late});
  EXPECT_THAT(paths(claim(3)), ElementsAre("b", "a64", "a65"));
}

TEST_F(JobsRun, APipelineAtItsLimitIsPassedBy) {
  auto other = new_job("other.py");
  other.pipeline = "quick";
  submit({new_job("a.py"), new_job("b.py"), other});
  EXPECT_THAT(paths(claim(10, {{"docstrings", 1}})), ElementsAre("a.py", "other.py"));
  EXPECT_TRUE(claim(10, {{"docstrings", 0}}).empty());
  EXPECT_THAT(paths(claim(10)), ElementsAre("b.py"));
}

TEST_F(JobsRun, APauseKeepsJobsFromBeingClaimed) {
  auto other = new_job("other.py");
  other.pipeline = "quick";
  submit({new_job("a.py"), other});
  change([&](auto& database) { store::pause(database, "docstrings", "deploy", now_); });
  EXPECT_THAT(paths(claim(10)), ElementsAre("other.py"));
  change([&](auto& database) { store::pause(database, "", "all", now_); });
  change([&](auto& database) { EXPECT_TRUE(store::resume(database, "docstrings")); });
  EXPECT_TRUE(claim(10).empty());
  change([&](auto& database) { EXPECT_TRUE(store::resume(database, "")); });
  EXPECT_THAT(paths(claim(10)), ElementsAre("a.py"));
}

TEST_F(JobsRun, APauseSurvivesARestartWithItsFirstReason) {
  change([&](auto& database) { store::pause(database, "", "bill", now_); });
  now_ += std::chrono::seconds(5);
  change([&](auto& database) { store::pause(database, "", "again", now_); });
  restart();
  const auto pauses = store::pauses(database());
  ASSERT_EQ(pauses.size(), 1U);
  EXPECT_EQ(pauses[0].reason, "bill");
  EXPECT_EQ(pauses[0].since, kStart);
}

// Ending.

TEST_F(JobsRun, AFinishedJobTellsItsEndAndItsBatch) {
  const auto job = running_job();
  ASSERT_TRUE(change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::failed,
                         Error{Code::call_failed, "no"}, now_);
  }));
  const auto found = status(job.row);
  EXPECT_EQ(found.state, State::failed);
  EXPECT_EQ(found.error, (Error{Code::call_failed, "no"}));
  EXPECT_EQ(found.ended, now_);
  EXPECT_THAT(events(), ElementsAre("job." + job.id + " failed", "batch." + job.batch + " done"));
  const auto attempts = store::attempts(database(), job.row);
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].outcome, "failed");
  EXPECT_EQ(attempts[0].reason, "call_failed");
}

TEST_F(JobsRun, ABatchIsDoneOnlyWhenItsLastJobHasEnded) {
  submit({new_job("a"), new_job("b")});
  const auto jobs = claim(2);
  const auto batch = store::find_batch(database(), jobs[0].batch).value();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_FALSE(store::batch_done(database(), batch));
    change([&](auto& database) {
      return store::finish(database, jobs[i].row, jobs[i].attempt, State::succeeded, std::nullopt,
                           now_);
    });
  }
  EXPECT_TRUE(store::batch_done(database(), batch));
  EXPECT_EQ(store::summary_of_batch(database(), batch).states.of(State::succeeded), 2);
  EXPECT_EQ(std::ranges::count(events(), "batch." + jobs[0].batch + " done"), 1);
}

TEST_F(JobsRun, AnOlderAttemptChangesNothing) {
  const auto job = running_job();
  restart();
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempt, 2);
  const auto late = change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::succeeded, std::nullopt, now_);
  });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::conflict);
  const auto late_park = change([&](auto& database) {
    return store::park(database, job.row, job.attempt, "budget", "", std::nullopt, now_);
  });
  EXPECT_EQ(late_park.error().code, Code::conflict);
  EXPECT_EQ(status(job.row).state, State::running);
}

TEST_F(JobsRun, AnEndedJobCannotEndAgain) {
  const auto job = running_job();
  const auto end = [&] {
    return change([&](auto& database) {
      return store::finish(database, job.row, job.attempt, State::succeeded, std::nullopt, now_);
    });
  };
  EXPECT_TRUE(end());
  EXPECT_EQ(end().error().code, Code::conflict);
}

// Waiting.

TEST_F(JobsRun, AParkedJobSaysWhatForAndUntilWhen) {
  const auto job = running_job();
  const Time wake = now_ + std::chrono::minutes(5);
  change([&](auto& database) {
    return store::park(database, job.row, job.attempt, "rate_limit", "openai asks to wait", wake,
                       now_);
  });
  const auto found = status(job.row);
  EXPECT_EQ(found.state, State::waiting);
  EXPECT_EQ(found.reason, "rate_limit");
  EXPECT_EQ(found.detail, "openai asks to wait");
  EXPECT_EQ(found.wake, wake);
  EXPECT_EQ(store::attempts(database(), job.row).at(0).outcome, "parked");
  now_ = wake;
  EXPECT_EQ(change([&](auto& database) { return store::wake_due(database, now_, 10); }).jobs, 1);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_FALSE(again[0].resumed);
}

TEST_F(JobsRun, WhatItWaitsForCanComeEarly) {
  const auto job = running_job();
  change([&](auto& database) {
    return store::park(database, job.row, job.attempt, "budget", "too little", std::nullopt, now_);
  });
  const auto wake = [&](std::string_view reason, std::string_view pipeline) {
    return change(
        [&](auto& database) { return store::wake_waiting(database, reason, pipeline, now_, 10); });
  };
  EXPECT_EQ(wake("quota", ""), 0);
  EXPECT_EQ(wake("budget", "another"), 0);
  EXPECT_EQ(wake("budget", "docstrings"), 1);
  EXPECT_EQ(status(job.row).state, State::queued);
}

TEST_F(JobsRun, ADeadlineEndsEveryWait) {
  auto queued = new_job("queued.py");
  queued.deadline = now_ + std::chrono::hours(1);
  auto parked = new_job("parked.py");
  parked.deadline = now_ + std::chrono::hours(1);
  parked.priority = 1;
  const auto rows = submit({queued, parked});
  const auto job = claim(1).at(0);
  change([&](auto& database) {
    return store::park(database, job.row, job.attempt, "budget", "1.99 USD committed", std::nullopt,
                       now_);
  });
  now_ += std::chrono::hours(2);
  EXPECT_EQ(change([&](auto& database) { return store::wake_due(database, now_, 10); }).jobs, 2);
  for (const auto row : rows) {
    EXPECT_EQ(status(row).state, State::failed);
    EXPECT_EQ(status(row).error->code, Code::timeout);
  }
  EXPECT_THAT(status(job.row).error->message, HasSubstr("budget (1.99 USD committed)"));
}

TEST_F(JobsRun, ARunningJobIsNotEndedByItsDeadlineHere) {
  auto job = new_job();
  job.deadline = now_ + std::chrono::hours(1);
  submit({job});
  const auto running = claim(1).at(0);
  now_ += std::chrono::hours(2);
  EXPECT_EQ(change([&](auto& database) { return store::wake_due(database, now_, 10); }).jobs, 0);
  EXPECT_EQ(status(running.row).state, State::running);
}

TEST_F(JobsRun, AReleasedJobKeepsItsPlace) {
  submit({new_job("first"), new_job("second")});
  const auto job = claim(1).at(0);
  EXPECT_TRUE(
      change([&](auto& database) { return store::release(database, job.row, job.attempt, now_); }));
  EXPECT_THAT(paths(claim(2)), ElementsAre("first", "second"));
}

}  // namespace
}  // namespace docwright::test
