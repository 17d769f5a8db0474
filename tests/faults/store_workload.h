// A day in the life of the store, in small: batches are submitted, jobs claimed, planned, asked
// about, answered, stored. It remembers what was acknowledged, and checks that a database still has
// it.
#pragma once
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "store/budgets.h"
#include "store/calls.h"
#include "store/documents.h"
#include "store/job_status.h"
#include "store/jobs.h"
#include "store/pipelines.h"
#include "store/plans.h"
#include "store/reports.h"
#include "store/store.h"

namespace docwright::test {

class Workload final {
 public:
  static constexpr Time kNow = Time{std::chrono::days{20'000}};
  static constexpr int kBatches = 4;
  static constexpr int kJobs = 3;  // of each batch

  // Small limits, so that checkpoints happen within the few commits of a test.
  static store::StoreOptions options(const std::string& path) {
    store::StoreOptions options;
    options.path = path;
    options.version = "test";
    options.writer.wal_bytes_passive = 64 << 10;
    options.writer.wal_bytes_truncate = 512 << 10;
    options.writer.full_retry = std::chrono::milliseconds(1);
    options.readers.connections = 1;
    return options;
  }

  // Until everything is done or something fails for good.
  void run(store::Store& store) {
    store_ = &store;
    if (!prepare()) return;
    for (int batch = 0; batch < kBatches; ++batch) {
      if (!submit_one(batch) || !work_on_some()) return;
    }
    while (claim_one()) {
    }
  }

  // Everything acknowledged is there, nothing is there by halves, every promise holds.
  void verify(const std::string& path) const {
    auto opened = store::Database::open(path, store::Database::Mode::writer);
    ASSERT_TRUE(opened) << opened.error().message;
    store::Database& database = **opened;
    for (const auto& finding : store::check_database(database, true).findings) {
      ADD_FAILURE() << finding.check << ": " << finding.message;
    }
    for (const std::string& id : accepted_) EXPECT_TRUE(store::find_job(database, id)) << id;
    for (const store::CallKey& key : answered_) {
      EXPECT_TRUE(store::recorded_answer(database, key, {})) << "answer of job row " << key.job;
    }
    for (const std::int64_t row : succeeded_) {
      const auto status = store::job_status(database, row);
      ASSERT_TRUE(status);
      EXPECT_EQ(status->state, store::State::succeeded);
      EXPECT_EQ(status->progress.documents, 1);
    }
    for (const std::int64_t row : intended_) {
      auto call = database.statement_once("SELECT state FROM call_journal WHERE call = ?1");
      EXPECT_TRUE(call.bind(row).step()) << "intent " << row;
    }
  }

  std::size_t accepted() const { return accepted_.size(); }
  std::size_t refused() const { return refused_; }
  std::size_t succeeded() const { return succeeded_.size(); }

 private:
  // Waits for one change; the value is there after its COMMIT.
  template <class T>
  Result<T> write(store::Lane lane, std::function<Result<T>(store::Database&)> change) {
    std::optional<T> value;
    std::promise<Result<void>> ended;
    store_->writer().submit(
        lane,
        [&](store::Database& database) -> Result<void> {
          Result<T> made = change(database);
          if (!made) return std::unexpected(std::move(made.error()));
          value = std::move(*made);
          return {};
        },
        [&](Result<void> result) { ended.set_value(std::move(result)); });
    Result<void> result = ended.get_future().get();
    if (!result) return std::unexpected(std::move(result.error()));
    return std::move(*value);
  }
  Result<bool> complete(std::function<Result<void>(store::Database&)> change) {
    return write<bool>(store::Lane::completion, [&](store::Database& database) -> Result<bool> {
      auto made = change(database);
      if (!made) return std::unexpected(std::move(made.error()));
      return true;
    });
  }

  bool prepare() {
    const auto version = write<std::int64_t>(
        store::Lane::completion, [](store::Database& database) -> Result<std::int64_t> {
          auto set =
              store::set_budget(database, store::Window::once, {1'000'000, std::nullopt}, kNow);
          if (!set) return std::unexpected(std::move(set.error()));
          return store::store_pipeline(
              database, {0, "docstrings", sha256("p"), "name: docstrings", {}}, kNow);
        });
    version_ = version.value_or(0);
    return version.has_value();
  }

  // False: nothing will work any more. A refusal is no end.
  bool submit_one(int number) {
    store::NewBatch batch{fmt::format("batch-{}", number), "acme", "shop", {}};
    for (int i = 0; i < kJobs; ++i) {
      store::NewJob job;
      job.id = fmt::format("job-{}-{}", number, i);
      job.path = job.id + ".py";
      job.pipeline = "docstrings";
      job.pipeline_version = version_;
      job.source = job.id + std::string(3000, 's');
      job.source_hash = sha256(job.source);
      job.content_hash = job.source_hash;
      job.deadline = kNow + std::chrono::days(7);
      batch.jobs.push_back(std::move(job));
    }
    const auto accepted = write<store::Accepted>(
        store::Lane::submission,
        [&](store::Database& database) { return store::submit(database, batch, {}, kNow); });
    if (!accepted) {
      ++refused_;
      return accepted.error().code == Code::no_space || accepted.error().code == Code::busy;
    }
    for (const auto& job : accepted->jobs) accepted_.push_back(job.id);
    return true;
  }

  bool work_on_some() {
    for (int i = 0; i < 2; ++i) {
      if (!claim_one()) return !store_->writer().failed();
    }
    return true;
  }

  // False: nothing is queued, or nothing works any more.
  bool claim_one() {
    const auto claimed = write<std::vector<store::Claimed>>(
        store::Lane::completion,
        [](store::Database& database) -> Result<std::vector<store::Claimed>> {
          return store::claim(database, {1, {}}, kNow);
        });
    if (!claimed || claimed->empty()) return false;
    const store::Claimed& job = claimed->front();
    const store::StoredPlan plan{"python", "", {{0, 0, 10, "", "[]", false}}};
    if (!complete([&](store::Database& database) {
          return store::save_plan(database, job.row, job.attempt, plan, kNow);
        }))
      return false;
    return ask(job) && store_document(job);
  }

  bool ask(const store::Claimed& job) {
    store::NewCall call;
    call.key = {job.row, 0, "call", 0, sha256(job.id)};
    call.job_attempt = job.attempt;
    call.attempt = 1;
    call.provider = "openai";
    call.model = "gpt";
    call.bound = 1000;
    const auto decision = write<store::CallDecision>(
        store::Lane::completion,
        [&](store::Database& database) { return store::intend(database, call, kNow); });
    if (!decision) return false;
    const std::int64_t row = std::get<store::CallGranted>(*decision).call;
    intended_.push_back(row);
    const store::CallAnswer answer{"answer " + job.id,    "complete", "stop",
                                   Usage{10, 0, 0, 5, 0}, "gpt",      ""};
    const auto settled =
        write<store::Settled>(store::Lane::completion, [&](store::Database& database) {
          return store::answered(database, {row}, answer, 700, kNow);
        });
    if (!settled) return false;
    answered_.push_back(call.key);
    return true;
  }

  bool store_document(const store::Claimed& job) {
    const store::ChunkDone done{
        job.row, job.attempt, 0, {{"f", "function", false, R"({"doc":{}})", {}}}, true};
    if (!complete([&](store::Database& database) {
          return store::store_documents(database, done, kNow);
        }))
      return false;
    succeeded_.push_back(job.row);
    return true;
  }

  store::Store* store_ = nullptr;
  std::int64_t version_ = 0;
  std::vector<std::string> accepted_;
  std::size_t refused_ = 0;
  std::vector<std::int64_t> intended_;
  std::vector<store::CallKey> answered_;
  std::vector<std::int64_t> succeeded_;
};

}  // namespace docwright::test
