#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "store/database.h"
#include "store/jobs.h"
#include "store/pipelines.h"
#include "tests/bench/benches.h"
#include "tests/bench/front.h"
#include "tests/bench/process.h"

namespace docwright::bench {
namespace {

constexpr Time kNow{std::chrono::days{20'000}};
using Milliseconds = std::chrono::duration<double, std::milli>;

std::unique_ptr<store::Database> open(const std::string& path) {
  auto database = store::Database::open(path, store::Database::Mode::writer);
  if (!database) give_up(database.error().message);
  return std::move(*database);
}

// Jobs of ten tenants, with priorities and small sources, as a busy queue holds them.
void fill(store::Database& database, int jobs) {
  const store::QueueLimits no_limits{.jobs_max = 10'000'000, .bytes_max = std::int64_t{1} << 40};
  database.execute("BEGIN IMMEDIATE");
  store::PipelineVersion pipeline;
  pipeline.name = "docstrings";
  pipeline.hash = sha256("docstrings");
  pipeline.text = "bench";
  pipeline.version = store::store_pipeline(database, pipeline, kNow);
  for (int number = 0; number < jobs;) {
    store::NewBatch batch;
    batch.id = fmt::format("batch-{}", number);
    batch.tenant = fmt::format("tenant-{}", number / 1000 % 10);
    batch.project = "bench";
    for (const int end = std::min(jobs, number + 1000); number < end; ++number) {
      store::NewJob job;
      job.id = fmt::format("job-{}", number);
      job.path = fmt::format("src/file_{}.py", number);
      job.pipeline = pipeline.name;
      job.pipeline_version = pipeline.version;
      job.source = fmt::format("def f{0}():\n    return {0}\n", number);
      job.source_hash = sha256(job.source);
      job.content_hash = job.source_hash;
      job.priority = number % 5;
      job.deadline = kNow + std::chrono::days(7);
      batch.jobs.push_back(std::move(job));
    }
    if (auto accepted = store::submit(database, batch, no_limits, kNow); !accepted)
      give_up(accepted.error().message);
  }
  database.execute("COMMIT");
}

double claim_us(int queued) {
  Folder folder;
  auto database = open(folder.path() + "/docwright.db");
  fill(*database, queued);
  std::vector<double> times;
  for (int round = 0; round < 40; ++round) {
    const auto before = std::chrono::steady_clock::now();
    database->execute("BEGIN IMMEDIATE");
    const auto claimed = store::claim(*database, {.jobs = 16}, kNow);
    database->execute("COMMIT");
    const std::chrono::duration<double, std::micro> time =
        std::chrono::steady_clock::now() - before;
    if (claimed.size() != 16) give_up(fmt::format("claimed {} of 16", claimed.size()));
    times.push_back(time.count() / 16);
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

Json depth(double scale) {
  const int deep = std::max(10'000, static_cast<int>(1'000'000 * scale));
  const double shallow_us = claim_us(1'000);
  const double deep_us = claim_us(deep);
  return {{"ratio", deep_us / shallow_us},
          {"goal", "<= 2"},
          {"claim_us_at_1000", shallow_us},
          {"claim_us_at_depth", deep_us},
          {"depth", deep}};
}

Json start(double scale) {
  const int rows = std::max(1'000, static_cast<int>(100'000 * scale));
  Folder folder;
  {
    Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path()}, {},
                   folder.path() + "/log");
    Front front(folder.path());
    front.ask({{"verb", "pause"}});
    front.submit(rows, 256, [](int number) {
      Submission submission;
      submission.job = {{"path", fmt::format("src/file_{}.py", number)}, {"model", "offline"}};
      submission.source = fmt::format("def f{0}():\n    return {0}\n", number);
      return submission;
    });
  }
  {
    auto database = open(folder.path() + "/docwright.db");
    database->execute("BEGIN IMMEDIATE");
    database->execute("DELETE FROM pauses");  // while paused, nothing can be claimed
    for (int running = 0; running < rows / 2;) {
      const auto claimed = store::claim(*database, {.jobs = 1000}, kNow);
      if (claimed.empty()) give_up("no queued job can be claimed");
      running += static_cast<int>(claimed.size());
    }
    database->execute("COMMIT");
  }
  const auto before = std::chrono::steady_clock::now();
  Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path()}, {},
                 folder.path() + "/log");
  Front front(folder.path());
  front.ask({{"verb", "ping"}});
  const Milliseconds time = std::chrono::steady_clock::now() - before;
  return {{"ready_s", time.count() / 1000},
          {"goal", "<= 1"},
          {"rows", rows},
          {"of_them_running", rows / 2}};
}

}  // namespace docwright::bench
