// Metrics, events, rejects, retention, reports, the check.
#include <gmock/gmock.h>

#include "store/budgets.h"
#include "store/events.h"
#include "store/metrics.h"
#include "store/rejects.h"
#include "store/retention.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;
using testing::HasSubstr;

class HistoryTest : public StoreTest {
 protected:
  // A job with an answered call and a document, ended now.
  store::Claimed ended_job() {
    auto job = running_job(1);
    EXPECT_TRUE(answer(granted(new_call(job, 500, job.id)), 300, "answer of " + job.id));
    EXPECT_TRUE(store_chunk(job, 0, {"f"}, true));
    return job;
  }
  store::Pruned prune(const store::Retention& retention, int limit = 100) {
    return change([&](auto& database) { return store::prune(database, retention, now_, limit); });
  }
  Result<store::Report> report(const std::string& name, const std::string& by = "",
                               std::optional<Time> since = {}) {
    return store::report(database(), {name, since, by, 100});
  }
};

TEST_F(HistoryTest, OperationsAreRolledUpByTheMinute) {
  store::MetricsBuffer buffer;
  const store::OperationSample sample{"call",   "call", "ok",   "docstrings",
                                      "openai", "gpt",  "acme", std::chrono::milliseconds(10),
                                      80,       20,     300};
  buffer.record(sample, now_);
  auto slow = sample;
  slow.duration = std::chrono::milliseconds(30);
  buffer.record(slow, now_ + std::chrono::seconds(59));
  buffer.record(sample, now_ + std::chrono::seconds(60));
  const auto rows = buffer.take();
  EXPECT_TRUE(buffer.empty());
  ASSERT_EQ(rows.size(), 2U);
  for (int i = 0; i < 2; ++i) {
    change([&](auto& database) { store::add_metrics(database, rows); });
  }
  EXPECT_EQ(count("SELECT count(*) FROM metrics_minute"), 2);
  EXPECT_EQ(count("SELECT count FROM metrics_minute ORDER BY minute LIMIT 1"), 4);
  EXPECT_EQ(count("SELECT duration FROM metrics_minute ORDER BY minute LIMIT 1"), 80'000);
  EXPECT_EQ(count("SELECT duration_max FROM metrics_minute ORDER BY minute LIMIT 1"), 30'000);
  EXPECT_EQ(count("SELECT cost_nusd FROM metrics_minute ORDER BY minute LIMIT 1"), 1200);
}

TEST_F(HistoryTest, ABufferThatIsFullCountsTheRestTogether) {
  store::MetricsBuffer buffer(2);
  for (const auto* name : {"a", "b", "c", "d", "a"}) buffer.record({"step", name, "ok"}, now_);
  const auto rows = buffer.take();
  std::map<std::string, std::int64_t> counts;
  for (const auto& row : rows) counts[row.name] = row.count;
  EXPECT_EQ(counts, (std::map<std::string, std::int64_t>{{"a", 2}, {"b", 1}, {"other", 2}}));
}

TEST_F(HistoryTest, SystemSamplesKeepPeaksAndSums) {
  store::SystemSample sample;
  sample.cpu_us = 10;
  sample.memory_bytes = 500;
  sample.disk_free_bytes = 100;
  change([&](auto& database) { store::add_system_sample(database, sample, now_); });
  sample.memory_bytes = 300;
  sample.disk_free_bytes = 50;
  change([&](auto& database) { store::add_system_sample(database, sample, now_); });
  EXPECT_EQ(count("SELECT cpu FROM system_minute"), 20);
  EXPECT_EQ(count("SELECT memory_bytes FROM system_by_minute"), 500);
  EXPECT_EQ(count("SELECT disk_free_bytes FROM system_by_minute"), 50);
}

TEST_F(HistoryTest, EventsAreNumberedAndFoundByTheirTopic) {
  change([&](auto& database) {
    store::append_event(database, "job.1", {{"event", "a"}}, now_);
    store::append_event(database, "batch.1", {{"event", "b"}}, now_);
    store::append_event(database, "job.2", {{"event", "c"}}, now_);
  });
  const auto all = store::events_since(database(), 1, "", 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].seq, 2);
  EXPECT_EQ(store::events_since(database(), 0, "job.", 10).size(), 2U);
  EXPECT_EQ(store::events_since(database(), 0, "", 1).size(), 1U);
  EXPECT_EQ(store::event_span(database()).first, 1);
  EXPECT_EQ(store::event_span(database()).last, 3);
}

TEST_F(HistoryTest, NumbersOfEventsAreNeverUsedAgain) {
  change([&](auto& database) { store::append_event(database, "daemon", {{"event", "a"}}, now_); });
  now_ += std::chrono::days(100);
  prune({});
  change([&](auto& database) { store::append_event(database, "daemon", {{"event", "b"}}, now_); });
  EXPECT_EQ(store::event_span(database()).last, 2);
}

TEST_F(HistoryTest, ARejectIsARowAndAnEvent) {
  change([&](auto& database) {
    store::add_reject(database, {Code::invalid_request, "no pipeline", "/jobs/0"},
                      "{\"docwright\":\xff" + std::string(1000, 'x'), now_);
  });
  auto row = database().statement_once("SELECT code, pointer, head FROM rejects");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0), "invalid_request");
  EXPECT_EQ(row.text(1), "/jobs/0");
  EXPECT_LE(row.text(2).size(), 520U);
  EXPECT_EQ(store::events_since(database(), 0, "daemon", 10).size(), 1U);
  EXPECT_EQ(store::totals(database()).rejects, 1);
}

// Retention.

TEST_F(HistoryTest, OldJobsGoWithEverythingThatIsTheirs) {
  ended_job();
  ended_job();
  EXPECT_EQ(prune({}).rows, 0);
  now_ += std::chrono::days(100);
  const auto recent = ended_job();
  const auto pruned = prune({});
  EXPECT_GE(pruned.rows, 2);
  EXPECT_FALSE(pruned.more);
  for (const auto* table : {"jobs", "sources", "answers", "batches", "plans", "chunks", "attempts",
                            "job_requests", "call_journal"}) {
    EXPECT_EQ(count(fmt::format("SELECT count(*) FROM {}", table).c_str()), 1) << table;
  }
  EXPECT_EQ(status(recent.row).state, State::succeeded);
}

TEST_F(HistoryTest, TheLatestDocumentOutlivesItsJob) {
  ended_job();
  now_ += std::chrono::days(100);
  prune({});
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 0);
  store::DocumentQuery query;
  query.tenant = "acme";
  query.project = "shop";
  const auto page = store::find_documents(database(), query).value();
  ASSERT_EQ(page.documents.size(), 1U);
  EXPECT_EQ(page.documents[0].job, "");
  ended_job();
  EXPECT_EQ(count("SELECT version FROM documents"), 2);
}

TEST_F(HistoryTest, WhatPrunedCallsCostIsKept) {
  change([&](auto& database) {
    return store::set_budget(database, store::Window::once, {1000, std::nullopt}, now_);
  });
  ended_job();
  ended_job();
  now_ += std::chrono::days(100);
  prune({});
  EXPECT_EQ(count("SELECT sum(calls) FROM usage_by_day"), 2);
  EXPECT_EQ(count("SELECT cost_nusd FROM usage"), 600);
  EXPECT_EQ(store::budgets(database(), now_).at(0).settled_nusd, 600);
  EXPECT_EQ(store::totals(database()).calls, 2);
  // The budget still holds what was spent of it.
  const auto job = running_job();
  EXPECT_EQ(granted(new_call(job, 500)), 0);
}

TEST_F(HistoryTest, PruningGoesInSmallSteps) {
  for (int i = 0; i < 5; ++i) ended_job();
  now_ += std::chrono::days(100);
  store::Retention only_jobs;
  only_jobs.events = {};
  EXPECT_TRUE(prune(only_jobs, 2).more);
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 3);
  while (prune(only_jobs, 2).more) {
  }
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 0);
  EXPECT_GT(count("SELECT count(*) FROM events"), 5);
}

TEST_F(HistoryTest, AJobWithACallInFlightIsKept) {
  const auto job = running_job();
  const auto call = granted(new_call(job, 5));
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::cancelled, std::nullopt, now_);
  });
  now_ += std::chrono::days(100);
  prune({});
  EXPECT_TRUE(answer(call, 5));
  prune({});
  EXPECT_EQ(count("SELECT count(*) FROM jobs"), 0);
}

TEST_F(HistoryTest, ForEverMeansForEver) {
  ended_job();
  now_ += std::chrono::days(10'000);
  EXPECT_EQ(prune({{}, {}, {}, {}}).rows, 0);
}

// Reports.

TEST_F(HistoryTest, EveryReportAnswers) {
  ended_job();
  for (const auto name : store::report_names()) {
    const auto found = report(std::string(name));
    ASSERT_TRUE(found) << name << ": " << found.error().message;
    EXPECT_FALSE(found->columns.empty()) << name;
  }
}

TEST_F(HistoryTest, EveryViewCanBeRead) {
  ended_job();
  auto view = database().statement_once("SELECT name FROM sqlite_schema WHERE type = 'view'");
  int views = 0;
  while (view.step()) {
    const auto sql = fmt::format("SELECT * FROM {}", view.text(0));
    auto row = database().statement_once(sql);
    while (row.step()) {
    }
    ++views;
  }
  EXPECT_GE(views, 17);
}

TEST_F(HistoryTest, UsageIsGroupedAsAsked) {
  ended_job();
  now_ += std::chrono::days(1);
  ended_job();
  ended_job();
  const auto by_model = report("usage").value();
  EXPECT_THAT(by_model.columns, ElementsAre("provider", "model", "calls", "answered", "failed",
                                            "unknown", "tokens_in", "tokens_cached", "tokens_out",
                                            "cost_usd", "cache_hits", "saved_usd"));
  ASSERT_EQ(by_model.rows.size(), 1U);
  EXPECT_EQ(std::get<std::int64_t>(by_model.rows[0][2]), 3);
  EXPECT_DOUBLE_EQ(std::get<double>(by_model.rows[0][9]), 900 / 1e9);
  EXPECT_EQ(report("usage", "day").value().rows.size(), 2U);
  EXPECT_EQ(report("usage", "day", now_).value().rows.size(), 1U);
  for (const auto* by : {"pipeline", "tenant", "project", "provider"}) {
    EXPECT_EQ(report("usage", by).value().rows.size(), 1U) << by;
  }
}

TEST_F(HistoryTest, SinceLeavesOutWhatWasBefore) {
  ended_job();
  now_ += std::chrono::hours(2);
  for (const auto* name : {"calls", "jobs", "latency"}) {
    EXPECT_EQ(report(name).value().rows.size(), 1U) << name;
    EXPECT_EQ(report(name, "", kStart).value().rows.size(), 1U) << name;
    EXPECT_EQ(report(name, "", now_).value().rows.size(), 0U) << name;
  }
  EXPECT_EQ(report("budget", "", now_).error().code, Code::invalid_request);
}

TEST_F(HistoryTest, WrongWordsGetTheNearest) {
  EXPECT_THAT(report("usagee").error().message, HasSubstr("usage"));
  EXPECT_THAT(report("usage", "modle").error().message, HasSubstr("model"));
  EXPECT_EQ(report("calls", "model").error().code, Code::invalid_request);
}

TEST_F(HistoryTest, ErrorsAreReportedByClass) {
  const auto job = running_job();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto call = granted(new_call(job, 1, "q", attempt));
    change([&](auto& database) {
      return store::failed(database, {call, {}, 429, ""}, {"rate_limit", "slow down"}, now_);
    });
  }
  change([&](auto& database) {
    return store::finish(database, job.row, job.attempt, State::failed,
                         Error{Code::call_failed, "rate_limit: slow down"}, now_);
  });
  auto row =
      database().statement_once("SELECT what, class, outcome, times, jobs FROM errors_by_class");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(1), "rate_limit");
  EXPECT_EQ(row.integer(3), 3);
  EXPECT_EQ(row.integer(4), 1);
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0), "job");
  EXPECT_EQ(row.text(1), "call_failed");
}

TEST_F(HistoryTest, LatencyHasItsPercentiles) {
  const auto job = running_job();
  for (int i = 1; i <= 100; ++i) {
    const auto call = granted(new_call(job, 1, std::to_string(i)));
    change([&](auto& database) {
      return store::answered(database, {call, std::chrono::milliseconds(i), 200, ""},
                             {"{}", "complete", "stop", Usage{1, 0, 0, 1, 0}, "gpt", ""}, 1, now_);
    });
  }
  auto row = database().statement_once(
      "SELECT calls, p50_seconds, p95_seconds, p99_seconds, max_seconds FROM latency_by_model");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 100);
  EXPECT_DOUBLE_EQ(row.real(1), 0.05);
  EXPECT_DOUBLE_EQ(row.real(2), 0.095);
  EXPECT_DOUBLE_EQ(row.real(3), 0.099);
  EXPECT_DOUBLE_EQ(row.real(4), 0.1);
}

// The check.

TEST_F(HistoryTest, ACheckFindsALedgerThatWasTamperedWith) {
  change([&](auto& database) {
    return store::set_budget(database, store::Window::once, {1000, std::nullopt}, now_);
  });
  ended_job();
  EXPECT_TRUE(store::check_database(database(), false).findings.empty());
  database().execute("UPDATE budget_windows SET settled_nusd = settled_nusd - 1");
  database().execute("UPDATE state_counts SET jobs = jobs + 1 WHERE state = 'queued'");
  const auto check = store::check_database(database(), false);
  ASSERT_EQ(check.findings.size(), 2U);
  EXPECT_EQ(check.findings[0].check, "promise_3");
  EXPECT_EQ(check.findings[1].check, "counts");
  database().execute("UPDATE budget_windows SET settled_nusd = settled_nusd + 1");
  database().execute("UPDATE state_counts SET jobs = jobs - 1 WHERE state = 'queued'");
}

TEST_F(HistoryTest, SqlItselfRefusesALedgerAboveItsCeiling) {
  change([&](auto& database) {
    return store::set_budget(database, store::Window::once, {1000, std::nullopt}, now_);
  });
  const auto job = running_job();
  granted(new_call(job, 900));
  EXPECT_THROW(database().execute("UPDATE budget_windows SET reserved_nusd = 1001"),
               store::SqliteError);
}

}  // namespace
}  // namespace docwright::test
