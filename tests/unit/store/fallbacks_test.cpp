// Documents that stand in for a model's: when they are done again, by whom, and what stays.
#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using store::State;
using testing::ElementsAre;

class FallbacksTest : public StoreTest {
 protected:
  // A job of two chunks that has succeeded: `good` a model's, `a` and `b` (of chunk 1) not.
  store::Claimed done_job() {
    store::Claimed job = running_job(2);
    EXPECT_TRUE(store_chunk(job, 0, {"good"}, false));
    EXPECT_TRUE(stand_in(job, {"a", "b"}));
    EXPECT_EQ(status(job.row).state, State::succeeded);
    return job;
  }
  Result<void> stand_in(const store::Claimed& job, std::vector<std::string> symbols) {
    return store_chunk(job, 1, std::move(symbols), true, true, true);
  }
  store::Woken wake() {
    return change([&](store::Database& database) { return store::wake_due(database, now_, 100); });
  }
  store::Change retry(std::int64_t row, bool failed_only = false) {
    return change([&](store::Database& database) {
      return store::retry(database, {row}, failed_only, now_);
    });
  }
  store::Change cancel(std::int64_t row) {
    return change([&](store::Database& database) { return store::cancel(database, {row}, now_); });
  }
  // The chunks that a run would ask about.
  std::vector<int> open_chunks(std::int64_t row) {
    std::vector<int> open;
    for (const auto& chunk : store::load_plan(database(), row)->chunks) {
      if (!chunk.stored) open.push_back(chunk.number);
    }
    return open;
  }
  // What `docwright result` shows of the job.
  std::vector<std::string> documents(std::int64_t row) {
    store::DocumentQuery query;
    query.jobs = {row};
    std::vector<std::string> found;
    for (const auto& document : store::find_documents(database(), query)->documents)
      found.push_back(fmt::format("{} v{}", document.symbol, document.version));
    return found;
  }
  // The job, claimed again after so long.
  store::Claimed redo(Duration after) {
    now_ += after;
    EXPECT_EQ(wake().jobs, 1);
    auto claimed = claim(10);
    EXPECT_EQ(claimed.size(), 1U);
    return claimed.empty() ? store::Claimed{} : std::move(claimed.front());
  }
};

TEST_F(FallbacksTest, ASucceededJobSaysHowManyAndWhenTheyAreDoneAgain) {
  const auto job = done_job();
  const auto now = status(job.row);
  EXPECT_EQ(now.progress.documents, 3);
  EXPECT_EQ(now.progress.fallbacks, 2);
  EXPECT_EQ(*now.redo_at, now_ + minutes(10));
  const auto batch = store::find_batch(database(), job.batch).value();
  EXPECT_EQ(store::summary_of_batch(database(), batch).progress.fallbacks, 2);
  EXPECT_EQ(store::summary_of_jobs(database(), {job.row}).progress.fallbacks, 2);
  EXPECT_TRUE(store::batch_done(database(), batch));
  EXPECT_THAT(store::fallback_jobs(database(), batch), ElementsAre(job.row));
  EXPECT_THAT(open_chunks(job.row), ElementsAre());
}

TEST_F(FallbacksTest, AJobWithoutThemIsNotDoneAgain) {
  const auto job = running_job(1);
  ASSERT_TRUE(store_chunk(job, 0, {"good"}, true));
  EXPECT_FALSE(status(job.row).redo_at);
  EXPECT_FALSE(retry(job.row).jobs.front().changed);
  now_ += hours(100);
  EXPECT_EQ(wake().jobs, 0);
  EXPECT_EQ(status(job.row).state, State::succeeded);
}

TEST_F(FallbacksTest, TheDaemonDoesThemAgainByItself) {
  const auto job = done_job();
  now_ += minutes(9);
  EXPECT_EQ(*wake().next, now_ + minutes(1));
  EXPECT_TRUE(claim(1).empty());
  const auto again = redo(minutes(1));
  EXPECT_EQ(again.row, job.row);
  EXPECT_TRUE(again.planned);
  EXPECT_THAT(open_chunks(job.row), ElementsAre(1));  // what a model wrote is not asked about
  ASSERT_TRUE(store_chunk(again, 1, {"a", "b"}, true));
  const auto after = status(job.row);
  EXPECT_EQ(after.state, State::succeeded);
  EXPECT_EQ(after.progress.fallbacks, 0);
  EXPECT_EQ(after.progress.documents, 3);
  EXPECT_EQ(after.progress.flagged, 0);
  EXPECT_EQ(after.progress.chunks_stored, 2);
  EXPECT_FALSE(after.redo_at);
  EXPECT_THAT(documents(job.row), ElementsAre("good v1", "a v2", "b v2"));
  EXPECT_EQ(count("SELECT count(*) FROM document_versions WHERE symbol = 'a'"), 2);
}

TEST_F(FallbacksTest, RoundsComeLaterAndLaterAndEndWithTheDeadline) {
  const auto job = done_job();
  const Time deadline = status(job.row).deadline;
  std::vector<Duration> pauses;
  while (const auto at = status(job.row).redo_at) {
    pauses.push_back(*at - now_);
    EXPECT_LT(*at, deadline);
    ASSERT_LT(pauses.size(), 100U);
    ASSERT_TRUE(stand_in(redo(*at - now_), {"a", "b"}));
  }
  ASSERT_GT(pauses.size(), 10U);
  EXPECT_THAT(std::vector(pauses.begin(), pauses.begin() + 7),
              ElementsAre(minutes(10), minutes(20), minutes(40), minutes(80), minutes(160),
                          hours(4), hours(4)));
  EXPECT_GE(now_ + hours(4), deadline);
  EXPECT_THAT(documents(job.row), ElementsAre("good v1", "a v1", "b v1"));
  EXPECT_EQ(status(job.row).progress.fallbacks, 2);
}

TEST_F(FallbacksTest, HoweverARoundEndsTheJobHasSucceeded) {
  const auto job = done_job();
  const auto failing = redo(minutes(10));
  change([&](store::Database& database) {
    EXPECT_EQ(store::finish(database, failing.row, failing.attempt, State::failed,
                            Error{Code::internal, "a bug"}, now_),
              State::succeeded);
  });
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_FALSE(status(job.row).error);
  EXPECT_EQ(*status(job.row).redo_at, now_ + minutes(20));

  const auto late = redo(minutes(20));
  change([&](store::Database& database) {
    EXPECT_TRUE(store::park(database, late.row, late.attempt, "budget", "d", std::nullopt, now_));
  });
  EXPECT_EQ(status(job.row).state, State::waiting);
  now_ = status(job.row).deadline;
  wake();
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_FALSE(status(job.row).redo_at);
  EXPECT_EQ(status(job.row).progress.documents, 3);
}

// A provider that takes requests and never answers is not paid for it round after round.
TEST_F(FallbacksTest, ARoundThatBroughtUnknownOutcomesAloneIsTheLast) {
  const auto job = done_job();
  const auto answered = redo(minutes(10));
  const auto lose = [&](const store::Claimed& run, const std::string& question) {
    const auto call = granted(new_call(run, 0, question));
    ASSERT_TRUE(change([&](store::Database& database) {
      return store::unknown(database, {call}, {"timeout", "no answer", ""}, now_);
    }));
  };
  lose(answered, "1");
  answer(granted(new_call(answered, 0, "2")), 0);
  ASSERT_TRUE(stand_in(answered, {"a", "b"}));
  EXPECT_TRUE(status(job.row).redo_at);

  const auto vain = redo(minutes(20));
  lose(vain, "3");
  ASSERT_TRUE(stand_in(vain, {"a", "b"}));
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_FALSE(status(job.row).redo_at);
  EXPECT_TRUE(retry(job.row).jobs.front().changed);
}

TEST_F(FallbacksTest, ACancelEndsTheRoundsAndKeepsTheDocuments) {
  const auto queued = done_job();
  now_ += minutes(10);
  wake();
  const auto change = cancel(queued.row);
  EXPECT_EQ(change.jobs.front().state, State::succeeded);
  EXPECT_TRUE(change.jobs.front().changed);
  EXPECT_FALSE(status(queued.row).redo_at);

  const auto resting = done_job();
  EXPECT_THAT(store::redo_jobs(database(), store::find_batch(database(), resting.batch).value()),
              ElementsAre(resting.row));
  EXPECT_THAT(store::open_jobs(database(), 10), ElementsAre(resting.row));
  EXPECT_TRUE(cancel(resting.row).jobs.front().changed);
  EXPECT_FALSE(cancel(resting.row).jobs.front().changed);
  now_ += hours(24);
  EXPECT_EQ(wake().jobs, 0);
  EXPECT_EQ(status(resting.row).progress.fallbacks, 2);
}

TEST_F(FallbacksTest, ARetryDoesThemAtOnceAndOnlyThem) {
  const auto job = done_job();
  EXPECT_FALSE(retry(job.row, true).jobs.front().changed);  // nothing has failed
  EXPECT_TRUE(retry(job.row).jobs.front().changed);
  EXPECT_EQ(status(job.row).state, State::queued);
  EXPECT_EQ(status(job.row).deadline, now_ + hours(24 * 7));
  const auto again = claim(1).at(0);
  EXPECT_THAT(open_chunks(job.row), ElementsAre(1));
  restart();
  const auto resumed = claim(1).at(0);
  EXPECT_EQ(resumed.attempt, again.attempt + 1);
  EXPECT_THAT(open_chunks(job.row), ElementsAre(1));
  ASSERT_TRUE(store_chunk(resumed, 1, {"a", "b"}, true));
  EXPECT_EQ(status(job.row).progress.fallbacks, 0);
  EXPECT_FALSE(retry(job.row).jobs.front().changed);
}

// Its other chunks are missing still: however the retry ends, that is no success.
TEST_F(FallbacksTest, ARetryOfAFailedJobDoesThemToo) {
  const auto job = running_job(2);
  ASSERT_TRUE(store_chunk(job, 1, {"a"}, false, true, true));
  const auto fail = [&](const store::Claimed& run) {
    change([&](store::Database& database) {
      EXPECT_TRUE(store::finish(database, run.row, run.attempt, State::failed,
                                Error{Code::internal, "e"}, now_));
    });
  };
  fail(job);
  EXPECT_FALSE(status(job.row).redo_at);
  retry(job.row);
  const auto again = claim(1).at(0);
  EXPECT_THAT(open_chunks(job.row), ElementsAre(0, 1));
  fail(again);
  EXPECT_EQ(status(job.row).state, State::failed);
}

// A later job has documented the symbol since, perhaps of another source: that stays the latest.
TEST_F(FallbacksTest, ANewerDocumentOfAnotherJobStays) {
  const auto job = done_job();
  const auto other = running_job(1);
  ASSERT_TRUE(store_chunk(other, 0, {"a"}, true));
  EXPECT_EQ(status(job.row).progress.fallbacks, 1);
  const auto again = redo(minutes(10));
  const auto third = [&] {
    submit({new_job()});
    return claim(1).at(0);
  }();
  plan(third, 1);
  ASSERT_TRUE(store_chunk(third, 0, {"b"}, true));  // while it is being asked about
  ASSERT_TRUE(store_chunk(again, 1, {"a", "b"}, true));
  EXPECT_EQ(count("SELECT count(*) FROM documents WHERE symbol = 'a' AND version = 2"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM documents WHERE symbol = 'b' AND version = 2"), 1);
  EXPECT_FALSE(status(job.row).redo_at);
}

TEST_F(FallbacksTest, AJobWhoseFallbacksWereReplacedIsNotRunAgain) {
  const auto job = done_job();
  EXPECT_EQ(count("SELECT count(*) FROM job_overview WHERE redo_at IS NOT NULL"), 1);
  const auto other = running_job(1);
  ASSERT_TRUE(store_chunk(other, 0, {"a", "b"}, true));
  EXPECT_FALSE(status(job.row).redo_at) << "nothing will be done then";
  EXPECT_EQ(count("SELECT count(*) FROM job_overview WHERE redo_at IS NOT NULL"), 0);
  now_ += minutes(10);
  wake();
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_FALSE(status(job.row).redo_at);
  EXPECT_TRUE(claim(1).empty());
}

TEST_F(FallbacksTest, AChunkThatIsDividedKeepsItsDocuments) {
  const auto job = done_job();
  const auto again = redo(minutes(10));
  const store::StoredChunk first{1, 0, 4, "", R"([{"symbol":"a"}])", false};
  const store::StoredChunk second{2, 4, 10, "", R"([{"symbol":"b"}])", false};
  ASSERT_TRUE(change([&](store::Database& database) {
    return store::divide_chunk(database, again.row, again.attempt, first, second);
  }));
  EXPECT_THAT(open_chunks(job.row), ElementsAre(1, 2));
  ASSERT_TRUE(store_chunk(again, 1, {"a"}, false));
  EXPECT_THAT(open_chunks(job.row), ElementsAre(2));
  cancel(job.row);
  change([&](store::Database& database) {
    EXPECT_TRUE(
        store::finish(database, again.row, again.attempt, State::cancelled, std::nullopt, now_));
  });
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_EQ(status(job.row).progress.fallbacks, 1);
}

}  // namespace
}  // namespace docwright::test
