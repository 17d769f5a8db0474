#include "store/jobs.h"

#include <gmock/gmock.h>

#include "store/events.h"
#include "store/pauses.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;
using testing::HasSubstr;

class JobsTest : public StoreTest {
 protected:
  std::vector<std::string> events() {
    std::vector<std::string> topics;
    for (const auto& event : store::events_since(database(), 0, "", 100)) {
      topics.push_back(event.topic + " " +
                       parse_json(event.body).value().value("event", std::string()));
    }
    return topics;
  }
  std::vector<std::string> paths(const std::vector<store::Claimed>& jobs) {
    std::vector<std::string> found;
    for (const auto& job : jobs) found.push_back(job.path);
    return found;
  }
};

TEST(StatesTest, EveryStateHasItsNameBack) {
  for (int state = 0; state < 6; ++state) {
    EXPECT_EQ(store::state_named(store::name(static_cast<State>(state))),
              static_cast<State>(state));
  }
  EXPECT_FALSE(store::state_named("sleeping"));
}

TEST(StatesTest, AnEndIsLeftForTheQueueOnly) {
  for (int to = 0; to < 6; ++to) {
    const auto state = static_cast<State>(to);
    EXPECT_EQ(store::can_move(State::succeeded, state), state == State::queued);
    EXPECT_EQ(store::can_move(State::failed, state), state == State::queued);
    EXPECT_EQ(store::can_move(State::cancelled, state), state == State::queued);
  }
}

// Submitting.

TEST_F(JobsTest, ASubmittedJobIsQueuedWithEverythingItWasGiven) {
  auto job = new_job("src/a.py");
  job.key = "k";
  job.model = "gpt";
  job.priority = 7;
  job.labels = {{"pr", "71"}, {"team", "core"}};
  job.options = {{"answer_language", "de"}};
  job.traceparent = "00-1-2-01";
  const auto rows = submit({job});
  const auto found = status(rows[0]);
  EXPECT_EQ(found.state, State::queued);
  EXPECT_EQ(found.id, job.id);
  EXPECT_EQ(found.key, "k");
  EXPECT_EQ(found.tenant, "acme");
  EXPECT_EQ(found.project, "shop");
  EXPECT_EQ(found.path, "src/a.py");
  EXPECT_EQ(found.model, "gpt");
  EXPECT_EQ(found.pipeline, "docstrings");
  EXPECT_EQ(found.priority, 7);
  EXPECT_EQ(found.labels, job.labels);
  EXPECT_EQ(found.created, now_);
  const auto claimed = claim(1);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].source, job.source);
  EXPECT_EQ(claimed[0].source_hash, job.source_hash);
  EXPECT_EQ(claimed[0].options, job.options);
  EXPECT_EQ(claimed[0].traceparent, job.traceparent);
  EXPECT_EQ(claimed[0].attempt, 1);
  EXPECT_FALSE(claimed[0].resumed);
}

TEST_F(JobsTest, TheSameKeyAgainIsTheSameJob) {
  auto job = new_job();
  job.key = "k";
  const auto first = try_submit(new_batch({job})).value();
  job.id = "another";
  const auto again = try_submit(new_batch({job})).value();
  EXPECT_EQ(again.batch, first.batch);
  ASSERT_EQ(again.jobs.size(), 1U);
  EXPECT_EQ(again.jobs[0].id, first.jobs[0].id);
  EXPECT_TRUE(again.jobs[0].duplicate);
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM batches"), 1);
}

TEST_F(JobsTest, AKeyIsUniqueOnlyWithinItsTenant) {
  auto job = new_job();
  job.key = "k";
  ASSERT_TRUE(try_submit(new_batch({job})));
  auto other = new_job("other.py");
  other.key = "k";
  other.tenant = "umbrella";
  const auto accepted = try_submit(new_batch({other}));
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->jobs[0].duplicate);
}

TEST_F(JobsTest, AKeyWithOtherContentIsAConflictAndNothingIsAccepted) {
  auto job = new_job();
  job.key = "k";
  ASSERT_TRUE(try_submit(new_batch({job})));
  auto other = new_job("b.py");
  other.key = "k";
  const auto refused = try_submit(new_batch({new_job("fine.py"), other}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::key_conflict);
  EXPECT_EQ(refused.error().at, "/jobs/1/key");
  EXPECT_THAT(refused.error().message, HasSubstr(job.id));
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 1);
}

TEST_F(JobsTest, KeysAreComparedWithinABatchToo) {
  auto job = new_job();
  job.key = "k";
  auto twin = job;
  twin.id = "twin";
  const auto accepted = try_submit(new_batch({job, twin}));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->jobs[1].id, job.id);
  EXPECT_TRUE(accepted->jobs[1].duplicate);
  auto other = new_job("c.py");
  other.key = "k2";
  auto clash = new_job("d.py");
  clash.key = "k2";
  EXPECT_EQ(try_submit(new_batch({other, clash})).error().code, Code::key_conflict);
}

TEST_F(JobsTest, ABatchMaySpanSeveralSubmits) {
  const auto first = new_batch({new_job("a.py"), new_job("b.py")});
  ASSERT_TRUE(try_submit(first));
  auto later = new_job("c.py");
  later.not_before = now_ + std::chrono::hours(1);
  auto second = new_batch({new_job("d.py"), later});
  second.id = first.id;
  const auto joined = try_submit(second);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->batch, first.id);
  EXPECT_EQ(count("SELECT count(*) FROM batches"), 1);
  EXPECT_EQ(count("SELECT count(DISTINCT batch) FROM jobs"), 1);
  EXPECT_EQ(count("SELECT jobs FROM batches"), 4);
  EXPECT_EQ(count("SELECT queued FROM batches"), 3);
  EXPECT_EQ(count("SELECT waiting FROM batches"), 1);
}

TEST_F(JobsTest, AnIdThatNoBatchHasBeginsOne) {
  auto batch = new_batch({new_job()});
  batch.id = "chosen by the client";
  EXPECT_EQ(try_submit(batch).value().batch, batch.id);
}

// The tenant may stand with each job instead of with the message.
TEST_F(JobsTest, ABatchOfJobsThatNameTheirTenantMaySpanSeveralSubmits) {
  auto job = new_job("a.py");
  job.tenant = "umbrella";
  const auto first = new_batch({job});
  ASSERT_TRUE(try_submit(first));
  auto later = new_job("b.py");
  later.tenant = "umbrella";
  auto second = new_batch({later});
  second.id = first.id;
  const auto joined = try_submit(second);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->batch, first.id);
  auto stranger = new_batch({new_job("c.py")});
  stranger.id = first.id;
  EXPECT_EQ(try_submit(stranger).error().code, Code::key_conflict);
}

TEST_F(JobsTest, ABatchIsOfOneTenantAndProject) {
  const auto first = new_batch({new_job()});
  ASSERT_TRUE(try_submit(first));
  auto other_project = new_batch({new_job("b.py")});
  other_project.id = first.id;
  other_project.project = "another";
  auto other_tenant = new_batch({new_job("b.py")});
  other_tenant.id = first.id;
  other_tenant.tenant = "umbrella";
  for (const auto& batch : {other_project, other_tenant}) {
    const auto refused = try_submit(batch);
    ASSERT_FALSE(refused) << batch.tenant << ' ' << batch.project;
    EXPECT_EQ(refused.error().code, Code::key_conflict);
    EXPECT_EQ(refused.error().at, "/batch");
    EXPECT_THAT(refused.error().message, HasSubstr("tenant 'acme' and project 'shop'"));
  }
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 1);
  EXPECT_EQ(count("SELECT jobs FROM batches"), 1);
}

// A client that sends its last message again, and more with it.
TEST_F(JobsTest, AKeyOfAnEarlierSubmitCountsOnceInItsBatch) {
  auto job = new_job("a.py");
  job.key = "k";
  const auto first = new_batch({job});
  ASSERT_TRUE(try_submit(first));
  auto again = job;
  again.id = "another";
  auto second = new_batch({again, new_job("b.py")});
  second.id = first.id;
  const auto joined = try_submit(second);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->jobs[0].id, job.id);
  EXPECT_TRUE(joined->jobs[0].duplicate);
  EXPECT_FALSE(joined->jobs[1].duplicate);
  EXPECT_EQ(count("SELECT jobs FROM batches"), 2);
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 2);
}

TEST_F(JobsTest, AFullQueueIsBusyAndSaysWhenToComeBack) {
  const store::QueueLimits two{2, 1 << 20};
  ASSERT_TRUE(try_submit(new_batch({new_job(), new_job()}), two));
  const auto refused = try_submit(new_batch({new_job()}), two);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::busy);
  EXPECT_TRUE(refused.error().retry_after);
  const store::QueueLimits few_bytes{100, 40};
  EXPECT_EQ(try_submit(new_batch({new_job()}), few_bytes).error().code, Code::busy);
}

TEST_F(JobsTest, AResendIsAnsweredEvenWhenTheQueueIsFull) {
  auto job = new_job();
  job.key = "k";
  const store::QueueLimits one{1, 1 << 20};
  ASSERT_TRUE(try_submit(new_batch({job}), one));
  EXPECT_TRUE(try_submit(new_batch({job}), one));
}

TEST_F(JobsTest, AResendNeedsRoomOnlyForWhatIsNew) {
  auto job = new_job();
  job.key = "k";
  const store::QueueLimits two{2, 1 << 20};
  ASSERT_TRUE(try_submit(new_batch({job}), two));
  const auto accepted = try_submit(new_batch({job, new_job()}), two);
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_TRUE(accepted->jobs[0].duplicate);
  EXPECT_FALSE(accepted->jobs[1].duplicate);
  EXPECT_EQ(try_submit(new_batch({job, new_job()}), two).error().code, Code::busy);
}

// The same for its bytes.
TEST_F(JobsTest, AResendNeedsNoBytes) {
  auto job = new_job();
  job.key = "k";
  job.source = std::string(30, 'x');
  const store::QueueLimits few_bytes{100, 60};
  ASSERT_TRUE(try_submit(new_batch({job}), few_bytes));
  EXPECT_TRUE(try_submit(new_batch({job, new_job()}), few_bytes));
}

TEST_F(JobsTest, EqualSourcesAreKeptOnce) {
  auto a = new_job("a.py");
  auto b = new_job("b.py");
  b.source = a.source;
  b.source_hash = a.source_hash;
  submit({a, b});
  EXPECT_EQ(count("SELECT count(*) FROM sources"), 1);
}

TEST_F(JobsTest, ADelayedJobWaitsAndIsThenQueued) {
  auto job = new_job();
  job.not_before = now_ + std::chrono::seconds(10);
  const auto rows = submit({job});
  EXPECT_EQ(status(rows[0]).state, State::waiting);
  EXPECT_EQ(status(rows[0]).reason, "delay");
  EXPECT_TRUE(claim(1).empty());
  auto woken = change([&](auto& database) { return store::wake_due(database, now_, 10); });
  EXPECT_EQ(woken.jobs, 0);
  EXPECT_EQ(woken.next, job.not_before);
  now_ += std::chrono::seconds(10);
  woken = change([&](auto& database) { return store::wake_due(database, now_, 10); });
  EXPECT_EQ(woken.jobs, 1);
  EXPECT_EQ(claim(1).size(), 1U);
}

// Claiming.

TEST_F(JobsTest, HighPriorityIsClaimedFirstThenTheOldest) {
  auto low = new_job("low.py");
  low.priority = -5;
  auto high = new_job("high.py");
  high.priority = 5;
  submit({low, new_job("first.py"), new_job("second.py"), high});
  EXPECT_THAT(paths(claim(10)), ElementsAre("high.py", "first.py", "second.py", "low.py"));
}

TEST_F(JobsTest, TenantsTakeTurns) {
  std::vector<store::NewJob> jobs;
  for (const auto* path : {"a1", "a2", "a3", "b1", "b2"}) {
    jobs.push_back(new_job(path));
    jobs.back().tenant = std::string(1, path[0]);
  }
  submit(jobs);
  EXPECT_THAT(paths(claim(2)), ElementsAre("a1", "b1"));
  EXPECT_THAT(paths(claim(3)), ElementsAre("a2", "b2", "a3"));
}

TEST_F(JobsTest, APipelineAtItsLimitIsPassedBy) {
  auto other = new_job("other.py");
  other.pipeline = "quick";
  submit({new_job("a.py"), new_job("b.py"), other});
  EXPECT_THAT(paths(claim(10, {{"docstrings", 1}})), ElementsAre("a.py", "other.py"));
  EXPECT_TRUE(claim(10, {{"docstrings", 0}}).empty());
  EXPECT_THAT(paths(claim(10)), ElementsAre("b.py"));
}

TEST_F(JobsTest, APauseKeepsJobsFromBeingClaimed) {
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

TEST_F(JobsTest, APauseSurvivesARestartWithItsFirstReason) {
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

TEST_F(JobsTest, AFinishedJobTellsItsEndAndItsBatch) {
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

TEST_F(JobsTest, ABatchIsDoneOnlyWhenItsLastJobHasEnded) {
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

TEST_F(JobsTest, AnOlderAttemptChangesNothing) {
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

TEST_F(JobsTest, AnEndedJobCannotEndAgain) {
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

TEST_F(JobsTest, AParkedJobSaysWhatForAndUntilWhen) {
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

TEST_F(JobsTest, WhatItWaitsForCanComeEarly) {
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

TEST_F(JobsTest, ADeadlineEndsEveryWait) {
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

TEST_F(JobsTest, ARunningJobIsNotEndedByItsDeadlineHere) {
  auto job = new_job();
  job.deadline = now_ + std::chrono::hours(1);
  submit({job});
  const auto running = claim(1).at(0);
  now_ += std::chrono::hours(2);
  EXPECT_EQ(change([&](auto& database) { return store::wake_due(database, now_, 10); }).jobs, 0);
  EXPECT_EQ(status(running.row).state, State::running);
}

TEST_F(JobsTest, AReleasedJobKeepsItsPlace) {
  submit({new_job("first"), new_job("second")});
  const auto job = claim(1).at(0);
  EXPECT_TRUE(
      change([&](auto& database) { return store::release(database, job.row, job.attempt, now_); }));
  EXPECT_THAT(paths(claim(2)), ElementsAre("first", "second"));
}

// Cancelling and trying again.

TEST_F(JobsTest, CancelEndsWhatDoesNotRunAndMarksWhatDoes) {
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

TEST_F(JobsTest, AJobThatParksAfterItsCancelIsCancelled) {
  const auto job = running_job();
  change([&](auto& database) { return store::cancel(database, {job.row}, now_); });
  change([&](auto& database) {
    return store::park(database, job.row, 1, "budget", "", std::nullopt, now_);
  });
  EXPECT_EQ(status(job.row).state, State::cancelled);
}

TEST_F(JobsTest, ACancelOutlivesTheDaemon) {
  const auto job = running_job();
  change([&](auto& database) { return store::cancel(database, {job.row}, now_); });
  restart();
  EXPECT_TRUE(claim(1).empty());
  EXPECT_EQ(status(job.row).state, State::cancelled);
}

// Nobody would take it up to end it while everything is paused.
TEST_F(JobsTest, AnInterruptedJobIsCancelledAtOnce) {
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

TEST_F(JobsTest, RetryGivesTheTimeThatItHadAtFirst) {
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

TEST_F(JobsTest, RetryOfFailedOnesLeavesCancelledOnes) {
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

TEST_F(JobsTest, InterruptedJobsAreHandedOutBeforeAnythingElse) {
  submit({new_job("a"), new_job("b"), new_job("c")});
  claim(2);
  auto urgent = new_job("urgent");
  urgent.priority = 100;
  submit({urgent});
  restart();
  EXPECT_TRUE(recovered_.unclean);
  EXPECT_EQ(recovered_.running_jobs, 2);
  EXPECT_TRUE(store::has_interrupted(database()));
  const auto jobs = claim(3);
  EXPECT_THAT(paths(jobs), ElementsAre("a", "b", "urgent"));
  EXPECT_TRUE(jobs[0].resumed);
  EXPECT_EQ(jobs[0].interruptions, 1);
  EXPECT_FALSE(jobs[2].resumed);
  EXPECT_FALSE(store::has_interrupted(database()));
  EXPECT_EQ(store::attempts(database(), jobs[0].row).at(0).outcome, "interrupted");
}

TEST_F(JobsTest, InterruptedJobsWaitInTheQueueWhileEverythingIsPaused) {
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

TEST_F(JobsTest, ACleanEndIsNoted) {
  change([&](auto& database) { store::end_run(database, now_); });
  restart();
  EXPECT_FALSE(recovered_.unclean);
  EXPECT_EQ(recovered_.run, 2);
}

// Finding.

TEST_F(JobsTest, IdsMayBeShortenedWhileTheyAreUnique) {
  auto job = new_job();
  job.id = "0190aaaa-1";
  auto other = new_job();
  other.id = "0190aabb-2";
  submit({job, other});
  EXPECT_TRUE(store::find_job(database(), "0190aaa"));
  EXPECT_TRUE(store::find_job(database(), "0190aaaa-1"));
  EXPECT_EQ(store::find_job(database(), "0190aa").error().code, Code::invalid_request);
  EXPECT_EQ(store::find_job(database(), "0191").error().code, Code::not_found);
  EXPECT_EQ(store::find_job(database(), "").error().code, Code::not_found);
}

TEST_F(JobsTest, AnIdThatBeginsAnotherIsStillFound) {
  auto job = new_job();
  job.id = "abc";
  auto longer = new_job();
  longer.id = "abcd";
  submit({job, longer});
  EXPECT_TRUE(store::find_job(database(), "abc"));
}

TEST_F(JobsTest, PagesFollowEachOtherNewestFirst) {
  for (const auto* path : {"1", "2", "3", "4", "5"}) submit({new_job(path)});
  store::JobFilter filter;
  filter.limit = 2;
  std::vector<std::string> seen;
  do {
    const auto page = store::list_jobs(database(), filter).value();
    for (const auto& job : page.jobs) seen.push_back(job.path);
    filter.after = page.next;
  } while (!filter.after.empty());
  EXPECT_THAT(seen, ElementsAre("5", "4", "3", "2", "1"));
  filter.after = "nonsense";
  EXPECT_EQ(store::list_jobs(database(), filter).error().code, Code::invalid_request);
}

TEST_F(JobsTest, FiltersNarrowAList) {
  auto labelled = new_job("lib/x.py");
  labelled.labels = {{"pr", "71"}};
  auto keyed = new_job("lib/y.py");
  keyed.key = "k";
  keyed.tenant = "umbrella";
  auto quick = new_job("src/z.py");
  quick.pipeline = "quick";
  quick.priority = 9;
  submit({labelled, keyed, quick});
  claim(1);
  const auto found = [&](auto set) {
    store::JobFilter filter;
    set(filter);
    std::vector<std::string> list;
    const auto page = store::list_jobs(database(), filter).value();
    for (const auto& job : page.jobs) list.push_back(job.path);
    return list;
  };
  using F = store::JobFilter;
  EXPECT_THAT(found([](F& f) { f.labels = {{"pr", "71"}}; }), ElementsAre("lib/x.py"));
  EXPECT_THAT(found([](F& f) { f.labels = {{"pr", "72"}}; }), ElementsAre());
  EXPECT_THAT(found([](F& f) { f.path_prefix = "lib/"; }), ElementsAre("lib/y.py", "lib/x.py"));
  EXPECT_THAT(found([](F& f) { f.tenant = "umbrella"; }), ElementsAre("lib/y.py"));
  EXPECT_THAT(found([](F& f) { f.key = "k"; }), ElementsAre("lib/y.py"));
  EXPECT_THAT(found([](F& f) { f.pipeline = "quick"; }), ElementsAre("src/z.py"));
  EXPECT_THAT(found([](F& f) { f.states = {State::running}; }), ElementsAre("src/z.py"));
  EXPECT_THAT(found([](F& f) {
                f.states = {State::running, State::queued};
                f.path_prefix = "lib";
              }),
              ElementsAre("lib/y.py", "lib/x.py"));
  EXPECT_THAT(found([](F& f) {
                f.project = "shop";
                f.tenant = "nobody";
              }),
              ElementsAre());
}

TEST_F(JobsTest, StatsAreKeptWithoutCounting) {
  submit({new_job("a"), new_job("b"), new_job("c")});
  claim(1);
  const auto stats = store::queue_stats(database());
  EXPECT_EQ(stats.states.of(State::queued), 2);
  EXPECT_EQ(stats.states.of(State::running), 1);
  EXPECT_EQ(stats.queue_jobs, 3);
  EXPECT_GT(stats.queue_bytes, 0);
  ASSERT_EQ(stats.lanes.size(), 1U);
  EXPECT_EQ(stats.lanes[0].queued, 2);
}

}  // namespace
}  // namespace docwright::test
