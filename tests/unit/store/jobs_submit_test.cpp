// Jobs as they are accepted: keys, batches, a full queue.
#include <gmock/gmock.h>

#include "tests/unit/store/jobs_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::HasSubstr;

class JobsSubmit : public JobsFixture {};

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

TEST_F(JobsSubmit, ASubmittedJobIsQueuedWithEverythingItWasGiven) {
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

TEST_F(JobsSubmit, TheSameKeyAgainIsTheSameJob) {
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

TEST_F(JobsSubmit, AKeyIsUniqueOnlyWithinItsTenant) {
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

TEST_F(JobsSubmit, AKeyWithOtherContentIsAConflictAndNothingIsAccepted) {
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

TEST_F(JobsSubmit, KeysAreComparedWithinABatchToo) {
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

TEST_F(JobsSubmit, ABatchMaySpanSeveralSubmits) {
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

TEST_F(JobsSubmit, AnIdThatNoBatchHasBeginsOne) {
  auto batch = new_batch({new_job()});
  batch.id = "chosen by the client";
  EXPECT_EQ(try_submit(batch).value().batch, batch.id);
}

// The tenant may stand with each job instead of with the message.
TEST_F(JobsSubmit, ABatchOfJobsThatNameTheirTenantMaySpanSeveralSubmits) {
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

TEST_F(JobsSubmit, ABatchIsOfOneTenantAndProject) {
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
TEST_F(JobsSubmit, AKeyOfAnEarlierSubmitCountsOnceInItsBatch) {
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

TEST_F(JobsSubmit, AFullQueueIsBusyAndSaysWhenToComeBack) {
  const store::QueueLimits two{2, 1 << 20};
  ASSERT_TRUE(try_submit(new_batch({new_job(), new_job()}), two));
  const auto refused = try_submit(new_batch({new_job()}), two);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::busy);
  EXPECT_TRUE(refused.error().retry_after);
  const store::QueueLimits few_bytes{100, 40};
  EXPECT_EQ(try_submit(new_batch({new_job()}), few_bytes).error().code, Code::busy);
}

TEST_F(JobsSubmit, AResendIsAnsweredEvenWhenTheQueueIsFull) {
  auto job = new_job();
  job.key = "k";
  const store::QueueLimits one{1, 1 << 20};
  ASSERT_TRUE(try_submit(new_batch({job}), one));
  EXPECT_TRUE(try_submit(new_batch({job}), one));
}

TEST_F(JobsSubmit, AResendNeedsRoomOnlyForWhatIsNew) {
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
TEST_F(JobsSubmit, AResendNeedsNoBytes) {
  auto job = new_job();
  job.key = "k";
  job.source = std::string(30, 'x');
  const store::QueueLimits few_bytes{100, 60};
  ASSERT_TRUE(try_submit(new_batch({job}), few_bytes));
  EXPECT_TRUE(try_submit(new_batch({job, new_job()}), few_bytes));
}

TEST_F(JobsSubmit, EqualSourcesAreKeptOnce) {
  auto a = new_job("a.py");
  auto b = new_job("b.py");
  b.source = a.source;
  b.source_hash = a.source_hash;
  submit({a, b});
  EXPECT_EQ(count("SELECT count(*) FROM sources"), 1);
}

TEST_F(JobsSubmit, ADelayedJobWaitsAndIsThenQueued) {
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

}  // namespace
}  // namespace docwright::test
