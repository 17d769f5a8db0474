// What the journal reads back for a run.
#include "daemon/journal.h"

#include <gmock/gmock.h>

#include "pipeline/behaviour.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using pipeline::Plan;

class JournalTest : public StoreTest {
 protected:
  Result<std::optional<Plan>> plan_of(std::int64_t row) {
    database_.reset();  // the store has the file for itself
    const auto store = store::Store::open({path(), "test"}, clock_, {}).value();
    Pool pool(loop_, 1);
    daemon::StoreJournal journal(loop_, pool, *store);
    TaskGroup tasks(loop_, {});
    std::optional<Result<std::optional<Plan>>> plan;
    tasks.spawn("plan", read(journal, row, plan));
    loop_.run_until_idle();
    tasks.spawn("close", journal.close());
    loop_.run_until_idle();
    return plan.value();
  }

  ManualClock clock_;
  Loop loop_{clock_};

 private:
  static Task<void> read(daemon::StoreJournal& journal, std::int64_t row,
                         std::optional<Result<std::optional<Plan>>>& plan) {
    pipeline::Job job;
    job.row = row;
    plan = co_await journal.plan(job);
  }
};

TEST_F(JournalTest, APlanIsReadBack) {
  const auto plan = plan_of(running_job(2).row);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_TRUE(*plan);
  EXPECT_EQ((*plan)->language, outline::Language::python);
  EXPECT_EQ((*plan)->chunks.size(), 2U);
}

TEST_F(JournalTest, APlanThatCannotBeReadFailsItsJobForGood) {
  const auto job = running_job(1);
  database_->execute("UPDATE chunks SET targets = '[{'");
  const auto plan = plan_of(job.row);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, testing::HasSubstr("its stored chunk plan cannot be read"));
  const auto stopped = pipeline::stop_for_store(plan.error(), now_);
  EXPECT_TRUE(std::holds_alternative<pipeline::Failed>(stopped.error()));
}

}  // namespace
}  // namespace docwright::test
