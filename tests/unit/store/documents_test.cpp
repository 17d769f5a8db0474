#include "store/documents.h"

#include <gmock/gmock.h>

#include "store/plans.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;

class DocumentsTest : public StoreTest {
 protected:
  std::vector<std::string> symbols(store::DocumentQuery query) {
    std::vector<std::string> found;
    do {
      const auto page = store::find_documents(database(), query).value();
      for (const auto& document : page.documents) {
        found.push_back(fmt::format("{} v{}", document.symbol, document.version));
      }
      query.after = page.next;
    } while (!query.after.empty());
    return found;
  }
  store::DocumentQuery of_project() {
    store::DocumentQuery query;
    query.tenant = "acme";
    query.project = "shop";
    return query;
  }
};

TEST_F(DocumentsTest, APlanIsThereAgainWithWhatIsStored) {
  const auto job = running_job();
  EXPECT_FALSE(store::load_plan(database(), job.row));
  const store::StoredPlan plan{"python",
                               "",
                               {{0, 0, 10, "class A:", "[{\"name\":\"f\"}]", false},
                                {1, 10, 20, "", "[]", false},
                                {2, 20, 30, "", "[]", true}}};  // nothing to ask about
  const auto save = [&](int attempt) {
    return change(
        [&](auto& database) { return store::save_plan(database, job.row, attempt, plan, now_); });
  };
  EXPECT_EQ(save(job.attempt + 1).error().code, Code::conflict);
  ASSERT_TRUE(save(job.attempt));
  ASSERT_TRUE(save(job.attempt));
  ASSERT_TRUE(store_chunk(job, 1, {"g"}, false));
  const auto loaded = store::load_plan(database(), job.row);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->language, "python");
  ASSERT_EQ(loaded->chunks.size(), 3U);
  EXPECT_EQ(loaded->chunks[0].scope, "class A:");
  EXPECT_EQ(loaded->chunks[0].targets, "[{\"name\":\"f\"}]");
  EXPECT_EQ(loaded->chunks[0].end, 10U);
  EXPECT_FALSE(loaded->chunks[0].stored);
  EXPECT_TRUE(loaded->chunks[1].stored);
  EXPECT_TRUE(loaded->chunks[2].stored);
  EXPECT_EQ(status(job.row).progress.chunks, 3);
  EXPECT_EQ(status(job.row).progress.chunks_stored, 2);
  restart();
  EXPECT_TRUE(claim(1).at(0).planned);
}

TEST_F(DocumentsTest, Promise7ADividedChunkIsTwoThatAreItInSum) {
  const auto job = running_job(2);
  const store::StoredChunk first{0, 0, 4, "", "[1]", false},
      second{2, 4, 10, "class A", "[2]", false};
  const auto divide = [&](const store::StoredChunk& a, const store::StoredChunk& b) {
    return change(
        [&](auto& database) { return store::divide_chunk(database, job.row, job.attempt, a, b); });
  };
  EXPECT_EQ(divide(first, {2, 5, 10, "", "[2]", false}).error().code, Code::conflict);
  ASSERT_TRUE(divide(first, second));
  EXPECT_EQ(divide(first, second).error().code, Code::conflict);  // it is not whole any more
  restart();
  const auto loaded = store::load_plan(database(), job.row);
  ASSERT_EQ(loaded->chunks.size(), 3U);
  EXPECT_EQ(loaded->chunks[0].end, 4U);
  EXPECT_EQ(loaded->chunks[0].targets, "[1]");
  EXPECT_EQ(loaded->chunks[2].begin, 4U);
  EXPECT_EQ(loaded->chunks[2].scope, "class A");
  EXPECT_EQ(status(job.row).progress.chunks, 3);
}

TEST_F(DocumentsTest, TheLastChunkFinishesTheJob) {
  const auto job = running_job(2);
  ASSERT_TRUE(store_chunk(job, 0, {"f", "g"}, false));
  EXPECT_EQ(status(job.row).state, State::running);
  ASSERT_TRUE(store_chunk(job, 1, {"h"}, true));
  EXPECT_EQ(status(job.row).state, State::succeeded);
  EXPECT_EQ(status(job.row).progress.documents, 3);
  EXPECT_THAT(symbols(of_project()), ElementsAre("f v1", "g v1", "h v1"));
}

TEST_F(DocumentsTest, TheJobDoesNotEndWhileAChunkIsMissing) {
  const auto job = running_job(2);
  database().execute("BEGIN IMMEDIATE");
  const auto ended = store::store_documents(database(), {job.row, job.attempt, 1, {}, true}, now_);
  database().execute("ROLLBACK");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::internal);
}

TEST_F(DocumentsTest, ARepeatedChunkChangesNothing) {
  const auto job = running_job(2);
  ASSERT_TRUE(store_chunk(job, 0, {"f"}, false));
  ASSERT_TRUE(store_chunk(job, 0, {"f"}, false));
  EXPECT_EQ(count("SELECT count(*) FROM document_versions"), 1);
  EXPECT_EQ(status(job.row).progress.chunks_stored, 1);
}

TEST_F(DocumentsTest, AnOlderAttemptStoresNothing) {
  const auto job = running_job(1);
  restart();
  claim(1);
  EXPECT_EQ(store_chunk(job, 0, {"f"}, true).error().code, Code::conflict);
  EXPECT_EQ(count("SELECT count(*) FROM document_versions"), 0);
}

TEST_F(DocumentsTest, EachJobMakesANewVersionAndTheLatestIsMarked) {
  for (int i = 0; i < 3; ++i) {
    const auto job = running_job(1);
    ASSERT_TRUE(store_chunk(job, 0, {"f"}, true));
  }
  EXPECT_THAT(symbols(of_project()), ElementsAre("f v3"));
  EXPECT_EQ(count("SELECT count(*) FROM document_versions"), 3);
  EXPECT_EQ(count("SELECT count(*) FROM documents"), 1);
}

TEST_F(DocumentsTest, FlaggedOnesKeepTheirFindings) {
  const auto job = running_job(2);
  ASSERT_TRUE(store_chunk(job, 0, {"good"}, false));
  ASSERT_TRUE(store_chunk(job, 1, {"bad"}, true, true));
  store::DocumentQuery query;
  query.jobs = {job.row};
  query.flagged_only = true;
  EXPECT_THAT(symbols(query), ElementsAre("bad v1"));
  EXPECT_EQ(status(job.row).progress.flagged, 1);
  EXPECT_EQ(count("SELECT findings FROM checks_by_rule WHERE rule = 'P01'"), 1);
}

TEST_F(DocumentsTest, PagesFollowEachOther) {
  submit({new_job("b.py"), new_job("a.py")});
  const auto jobs = claim(2);
  for (const auto& job : jobs) {
    plan(job, 1);
    ASSERT_TRUE(store_chunk(job, 0, {job.path + ":1", job.path + ":2"}, true));
  }
  auto query = of_project();
  query.limit = 1;
  EXPECT_THAT(symbols(query), ElementsAre("a.py:1 v1", "a.py:2 v1", "b.py:1 v1", "b.py:2 v1"));
  query.project.clear();
  query.batch = store::find_batch(database(), jobs[0].batch).value();
  EXPECT_EQ(symbols(query).size(), 4U);
  query.after = "x";
  EXPECT_EQ(store::find_documents(database(), query).error().code, Code::invalid_request);
}

TEST_F(DocumentsTest, ARetryRedoesOnlyWhatIsMissing) {
  const auto job = running_job(2);
  ASSERT_TRUE(store_chunk(job, 0, {"f"}, false));
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::failed, Error{}, now_);
  });
  change([&](auto& database) { return store::retry(database, {job.row}, false, now_); });
  const auto again = claim(1).at(0);
  EXPECT_TRUE(store::load_plan(database(), again.row)->chunks[0].stored);
  ASSERT_TRUE(store_chunk(again, 1, {"g"}, true));
  EXPECT_THAT(symbols(of_project()), ElementsAre("f v1", "g v1"));
}

TEST_F(DocumentsTest, APipelineIsKeptOnceForEachContent) {
  const store::PipelineVersion pipeline{
      0, "p", sha256("p1"), "text", {{"system", "You ..."}, {"user", "text"}}};
  const auto version =
      change([&](auto& database) { return store::store_pipeline(database, pipeline, now_); });
  EXPECT_EQ(change([&](auto& database) { return store::store_pipeline(database, pipeline, now_); }),
            version);
  const auto loaded = store::load_pipeline(database(), version);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->name, "p");
  EXPECT_EQ(loaded->text, "text");
  EXPECT_EQ(loaded->hash, pipeline.hash);
  EXPECT_EQ(loaded->parts, pipeline.parts);
  EXPECT_EQ(store::load_pipeline(database(), 999).error().code, Code::not_found);
}

TEST_F(DocumentsTest, PinsAreRemembered) {
  const Hash hash = sha256("hostile");
  EXPECT_FALSE(store::outline_pin(database(), hash));
  change([&](auto& database) { store::pin_outline(database, hash, "the parser died", now_); });
  EXPECT_EQ(store::outline_pin(database(), hash), "the parser died");
}

}  // namespace
}  // namespace docwright::test
