// A database of an earlier version, with rows, opened by this one.
#include "store/migrations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "store/calls.h"
#include "store/database.h"
#include "store/reports.h"
#include "tests/support/temporary_folder.h"

namespace docwright {
std::span<const EmbeddedFile> store_sql();
}

namespace docwright::test {
namespace {

using store::Database;

// A job with an answered and a failed call, and an answer of it, as version 1 wrote them.
constexpr auto kRowsOfVersion1 = R"(
INSERT INTO tenants VALUES (1, 'acme', 0);
INSERT INTO projects VALUES (1, 1, 'shop');
INSERT INTO lanes VALUES (1, 1, 'docstrings', 0);
INSERT INTO texts VALUES (1, zeroblob(32), 'name: docstrings');
INSERT INTO sources VALUES (1, zeroblob(32), x'70617373');
INSERT INTO answers VALUES (1, zeroblob(32), '{"summary":"Does it."}');
INSERT INTO pipeline_versions VALUES (1, 'docstrings', zeroblob(32), 1, 1000000);
INSERT INTO batches (batch, id, created, jobs, succeeded) VALUES (1, 'b1', 1000000, 1, 1);
INSERT INTO jobs (job, id, state, tenant, project, lane, batch, version, source, bytes, priority, path, created,
  deadline, allowed, attempt, started, ended, calls, tokens_in, tokens_out, charged_nusd)
  VALUES (1, 'j1', 'succeeded', 1, 1, 1, 1, 1, 1, 4, 0, 'a.py', 1000000, 9000000, 8000000, 1, 2000000, 5000000, 2, 80,
  20, 300);
INSERT INTO job_requests VALUES (1, zeroblob(32), '', '{}', '');
UPDATE state_counts SET jobs = 1, bytes = 4 WHERE state = 'succeeded';
INSERT INTO call_journal (call, job, chunk, step, question, retries, attempt, state, tenant, hash, job_attempt, provider,
  model, created, ended, bound_nusd, bound_tokens, price_known, charged_nusd, charged_tokens, error_class, error)
  VALUES (1, 1, 0, 'call', 0, 0, 1, 'failed', 1, zeroblob(32), 1, 'openai', 'gpt', 2000000, 3000000, 500, 150, 1, 0, 0,
  'server', 'it is down');
INSERT INTO call_journal (call, job, chunk, step, question, retries, attempt, state, tenant, hash, job_attempt, provider,
  model, created, ended, bound_nusd, bound_tokens, price_known, charged_nusd, charged_tokens, tokens_in, tokens_cached,
  tokens_cache_write, tokens_out, tokens_reasoning, duration, http_status, answered_by, finish, finish_raw, response_id,
  answer)
  VALUES (2, 1, 0, 'call', 0, 0, 2, 'answered', 1, zeroblob(32), 1, 'openai', 'gpt', 3000000, 4000000, 500, 150, 1, 300,
  100, 80, 0, 0, 20, 0, 1000000, 200, 'gpt-1', 'complete', 'stop', 'r1', 1);
)";

class EarlierVersion : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open(path(), Database::Mode::writer).value();
    // A new database is of this version: what it holds is taken out again, then begun anew.
    database->execute("PRAGMA foreign_keys = OFF");
    std::vector<std::string> drops;
    for (const char* type : {"view", "table"}) {
      auto row = database->statement_once(
          "SELECT type, name FROM sqlite_schema WHERE type = ?1 AND name NOT LIKE 'sqlite_%'");
      row.bind(type);
      while (row.step())
        drops.push_back("DROP " + std::string(row.text(0)) + " " + std::string(row.text(1)));
    }
    for (const std::string& drop : drops) database->execute(drop.c_str());
    database->execute("PRAGMA application_id = 0; PRAGMA user_version = 0");
    const std::vector<EmbeddedFile> first = {*std::ranges::find(
        store_sql(), std::string_view("migrations/0001_tables.sql"), &EmbeddedFile::path)};
    ASSERT_TRUE(store::migrate(*database, path(), first));
    database->execute(kRowsOfVersion1);
  }

  std::string path() const { return folder_.file("docwright.db"); }
  TemporaryFolder folder_;
};

TEST_F(EarlierVersion, IsMigratedWithItsRows) {
  const auto database = Database::open(path(), Database::Mode::writer).value();
  auto calls = database->statement_once(
      "SELECT key_id, route, sample, streamed, first_token_seconds, error_code, state FROM calls "
      "ORDER BY call");
  for (const char* state : {"failed", "answered"}) {
    ASSERT_TRUE(calls.step());
    EXPECT_EQ(calls.text(0), "");
    EXPECT_EQ(calls.text(1), "");
    EXPECT_EQ(calls.integer(2), 0);
    EXPECT_EQ(calls.integer(3), 0);
    EXPECT_TRUE(calls.is_null(4));
    EXPECT_TRUE(calls.is_null(5));
    EXPECT_EQ(calls.text(6), state);
  }
  EXPECT_FALSE(calls.step());
  EXPECT_TRUE(store::recorded_answer(
      *database, {.job = 1, .chunk = 0, .step = "call", .question = 0}, Time{}));
}

TEST_F(EarlierVersion, IsSoundAfterwards) {
  const auto database = Database::open(path(), Database::Mode::writer).value();
  for (const auto& finding : store::check_database(*database, true).findings)
    ADD_FAILURE() << finding.check << ": " << finding.message;
}

TEST_F(EarlierVersion, IsNotReadBeforeItsDaemonHasMigratedIt) {
  const auto opened = Database::open(path(), Database::Mode::reader);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::conflict);
}

}  // namespace
}  // namespace docwright::test
