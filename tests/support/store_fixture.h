// A database in a temporary folder, with short ways to put jobs and calls into it. Used on one
// thread, without a Writer: verbs run in transactions of their own. After every test the views of
// the promises must be empty.
#pragma once
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "store/calls.h"
#include "store/documents.h"
#include "store/job_status.h"
#include "store/jobs.h"
#include "store/pipelines.h"
#include "store/plans.h"
#include "store/recovery.h"
#include "store/reports.h"
#include "tests/support/temporary_folder.h"

namespace docwright::test {

inline constexpr Time kStart = Time{std::chrono::days{20'000}};

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    open();
    change(
        [&](store::Database& database) { recovered_ = store::begin_run(database, "test", now_); });
    version_ = change([&](store::Database& database) {
      return store::store_pipeline(
          database,
          {.name = "docstrings", .hash = sha256("docstrings"), .text = "name: docstrings"}, now_);
    });
  }

  void TearDown() override {
    if (!database_) return;
    for (const auto& finding : store::check_database(*database_, true).findings) {
      ADD_FAILURE() << finding.check << ": " << finding.message;
    }
  }

  void open() {
    auto opened = store::Database::open(path(), store::Database::Mode::writer);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    database_->execute("PRAGMA synchronous=OFF");  // power cuts are the business of tests/faults
  }

  // As if the daemon had been killed and started again.
  void restart() {
    database_.reset();
    open();
    change(
        [&](store::Database& database) { recovered_ = store::begin_run(database, "test", now_); });
  }

  std::string path() const { return folder_.file("docwright.db"); }
  store::Database& database() { return *database_; }

  // Runs verbs in one transaction.
  template <class Verbs>
  std::invoke_result_t<Verbs&, store::Database&> change(Verbs verbs) {
    database_->execute("BEGIN IMMEDIATE");
    if constexpr (std::is_void_v<std::invoke_result_t<Verbs&, store::Database&>>) {
      verbs(*database_);
      database_->execute("COMMIT");
    } else {
      auto value = verbs(*database_);
      database_->execute("COMMIT");
      return value;
    }
  }

  store::NewJob new_job(const std::string& path = "a.py") {
    store::NewJob job;
    job.id = fmt::format("job-{:06}", ++numbers_);
    job.path = path;
    job.pipeline = "docstrings";
    job.pipeline_version = version_;
    job.source = "source of " + job.id;
    job.source_hash = sha256(job.source);
    job.content_hash = sha256(job.source + path);
    job.deadline = now_ + std::chrono::days(7);
    return job;
  }

  store::NewBatch new_batch(std::vector<store::NewJob> jobs) {
    return {fmt::format("batch-{:06}", ++numbers_), "acme", "shop", std::move(jobs)};
  }

  Result<store::Accepted> try_submit(const store::NewBatch& batch,
                                     const store::QueueLimits& limits = {}) {
    database_->execute("BEGIN IMMEDIATE");
    auto accepted = store::submit(*database_, batch, limits, now_);
    database_->execute(accepted ? "COMMIT" : "ROLLBACK");
    return accepted;
  }

  // The rows of the accepted jobs.
  std::vector<std::int64_t> submit(std::vector<store::NewJob> jobs) {
    const auto accepted = try_submit(new_batch(std::move(jobs)));
    EXPECT_TRUE(accepted) << accepted.error().message;
    std::vector<std::int64_t> rows;
    for (const auto& job : accepted->jobs)
      rows.push_back(store::find_job(*database_, job.id).value());
    return rows;
  }

  std::vector<store::Claimed> claim(int jobs,
                                    std::vector<std::pair<std::string, int>> per_pipeline = {}) {
    return change([&](store::Database& database) {
      return store::claim(database, {jobs, per_pipeline}, now_);
    });
  }

  store::JobStatus status(std::int64_t row) { return store::job_status(*database_, row).value(); }

  // A job that runs: submitted and claimed, with a plan of so many chunks.
  store::Claimed running_job(int chunks = 0) {
    submit({new_job()});
    auto claimed = claim(1);
    EXPECT_EQ(claimed.size(), 1U);
    if (chunks > 0) plan(claimed.front(), chunks);
    return std::move(claimed.front());
  }

  void plan(const store::Claimed& job, int chunks) {
    store::StoredPlan plan{"python", "", {}};
    for (int i = 0; i < chunks; ++i) plan.chunks.push_back({i, 0, 10, "", "[]", false});
    EXPECT_TRUE(change([&](store::Database& database) {
      return store::save_plan(database, job.row, job.attempt, plan, now_);
    }));
  }

  store::NewCall new_call(const store::Claimed& job, Nusd bound, std::string_view question = "q",
                          int attempt = 1) {
    store::NewCall call;
    call.key = {job.row, 0, "call", 0, sha256(question)};
    call.job_attempt = job.attempt;
    call.attempt = attempt;
    call.provider = "openai";
    call.model = "gpt";
    call.input_tokens_max = 100;
    call.output_tokens_max = 50;
    call.bound = bound;
    return call;
  }

  Result<store::CallDecision> intend(const store::NewCall& call) {
    return change([&](store::Database& database) { return store::intend(database, call, now_); });
  }

  // The call's row; 0 when it was refused.
  std::int64_t granted(const store::NewCall& call) {
    const auto decision = intend(call);
    if (!decision) return 0;
    const auto* grant = std::get_if<store::CallGranted>(&*decision);
    return grant == nullptr ? 0 : grant->call;
  }

  store::CallRefused refused(const store::NewCall& call) {
    const auto decision = intend(call);
    EXPECT_TRUE(decision);
    const auto* refusal = std::get_if<store::CallRefused>(&*decision);
    EXPECT_NE(refusal, nullptr);
    return refusal == nullptr ? store::CallRefused{} : *refusal;
  }

  Result<store::Settled> answer(std::int64_t call, Nusd charge, const std::string& text = "{}") {
    return change([&](store::Database& database) {
      const store::CallAnswer answer{text,    "complete", "stop", Usage{80, 0, 0, 20, 0},
                                     "gpt-1", "r1"};
      return store::answered(database, {call, std::chrono::milliseconds(120), 200, "req"}, answer,
                             charge, now_);
    });
  }

  Result<void> store_chunk(const store::Claimed& job, int chunk, std::vector<std::string> symbols,
                           bool last, bool flagged = false, bool fallback = false) {
    store::ChunkDone done{job.row, job.attempt, chunk, {}, last};
    for (auto& symbol : symbols) {
      std::vector<store::NewFinding> findings;
      if (flagged) findings.push_back({"P01", "error", "parameter 'x' is not documented"});
      done.documents.push_back({symbol, "function", flagged, R"({"doc":{"summary":"Does it."}})",
                                std::move(findings), fallback});
    }
    return change(
        [&](store::Database& database) { return store::store_documents(database, done, now_); });
  }

  std::int64_t count(const char* sql) {
    auto row = database_->statement_once(sql);
    row.step();
    return row.integer(0);
  }

  TemporaryFolder folder_;
  std::unique_ptr<store::Database> database_;
  store::Recovered recovered_;
  Time now_ = kStart;
  std::int64_t version_ = 0;
  int numbers_ = 0;
};

}  // namespace docwright::test
