// What the reports of calls say: who answers well, what was wasted, how one job went.
#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using testing::ElementsAre;

class ReportViewsTest : public StoreTest {
 protected:
  // One call from its intent to its end.
  struct Made {
    std::string_view question = "q";
    int number = 0;  // of the question
    int attempt = 1;
    std::string key = "k-1";
  };
  std::int64_t made(const store::Claimed& job, const Made& of) {
    auto call = new_call(job, 1000, of.question, of.attempt);
    call.key.question = of.number;
    call.key_id = of.key;
    return granted(call);
  }
  store::CallEnd ended(std::int64_t call, std::int64_t seconds) {
    return {.call = call, .duration = std::chrono::seconds(seconds), .http_status = 200};
  }
  void answered(std::int64_t call, std::int64_t seconds, const std::string& finish = "complete",
                std::optional<Duration> first_token = {}) {
    store::CallEnd end = ended(call, seconds);
    end.first_token = first_token;
    end.streamed = first_token.has_value();
    const store::CallAnswer answer{"{}", finish, "stop", Usage{80, 0, 0, 20, 0}, "gpt", "r"};
    EXPECT_TRUE(
        change([&](auto& database) { return store::answered(database, end, answer, 300, now_); }));
  }
  void failed(std::int64_t call, const store::CallFailure& failure, bool charged = false) {
    EXPECT_TRUE(change([&](auto& database) {
      return charged ? store::unknown(database, ended(call, 9), failure, now_)
                     : store::failed(database, ended(call, 9), failure, now_);
    }));
  }
  store::Report report(const std::string& name, std::optional<Time> since = {}) {
    return store::report(database(), {name, since, "", 100}).value();
  }
  // The cells of some columns as one text, for each row.
  static std::vector<std::string> cells(const store::Report& report,
                                        const std::vector<std::string>& columns) {
    std::vector<std::string> rows;
    for (const auto& row : report.rows) {
      std::string text;
      for (const std::string& column : columns) {
        const auto at = std::ranges::find(report.columns, column) - report.columns.begin();
        text += (text.empty() ? "" : " ") + text_of(row.at(static_cast<std::size_t>(at)));
      }
      rows.push_back(std::move(text));
    }
    return rows;
  }

 private:
  static std::string text_of(const store::Report::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
    if (const auto* real = std::get_if<double>(&cell)) return fmt::format("{}", *real);
    return "-";
  }
};

TEST_F(ReportViewsTest, ProvidersAreToldApartByTheKeyThatPays) {
  const auto job = running_job();
  for (int i = 1; i <= 4; ++i)
    answered(made(job, {.question = std::to_string(i)}), i, "complete",
             std::chrono::milliseconds(100 * i));
  failed(made(job, {.question = "a"}), {"rate_limit", "slow down", "rate_limit_exceeded"});
  now_ += std::chrono::seconds(1);
  failed(made(job, {.question = "b"}), {"timeout", "no answer", ""}, true);
  answered(made(job, {.question = "c", .key = "k-2"}), 7);
  const store::Report providers = report("providers");
  EXPECT_THAT(cells(providers, {"key_id", "calls", "answered", "failed", "unknown", "p50_seconds",
                                "p95_seconds", "first_token_seconds", "errors", "last_error"}),
              ElementsAre("k-1 6 4 1 1 2 4 0.25 rate_limit 1, timeout 1 no answer",
                          "k-2 1 1 0 0 7 7 - - -"));
  EXPECT_THAT(cells(report("providers", now_), {"key_id", "calls"}), ElementsAre("k-1 1", "k-2 1"));
}

TEST_F(ReportViewsTest, WasteIsCountedOnceByItsFirstReason) {
  const auto job = running_job(1);
  failed(made(job, {}), {"server", "down", "500"});
  failed(made(job, {.attempt = 2}), {"network", "cut", ""}, true);
  answered(made(job, {.attempt = 3}), 1, "length");
  answered(made(job, {.question = "r", .number = 1}), 1);
  answered(made(job, {.question = "f"}), 1, "refusal");
  answered(made(job, {.question = "e"}), 1, "error");
  const auto mended = made(job, {.question = "m"});
  answered(mended, 1);
  answered(made(job, {.question = "good"}), 1);
  const store::ChunkDone done{
      job.row,
      job.attempt,
      0,
      {{"f",
        "function",
        false,
        fmt::format(R"({{"doc":{{}},"checks":{{"findings":[{{"rule":"P02","fixed":true}}]}},)"
                    R"("provenance":{{"call":{}}}}})",
                    mended),
        {}}},
      true};
  ASSERT_TRUE(change([&](auto& database) { return store::store_documents(database, done, now_); }));
  auto rows = cells(report("waste"), {"step", "waste", "calls", "cost_usd"});
  std::ranges::sort(rows);
  EXPECT_THAT(
      rows, ElementsAre("call broken_off 1 3e-07", "call failed 1 0", "call refused 1 3e-07",
                        "call repaired 1 3e-07", "call repeated 1 3e-07", "call truncated 1 3e-07",
                        "call unknown 1 1e-06"));
}

TEST_F(ReportViewsTest, ErrorsAreGroupedByTheProvidersCode) {
  const auto job = running_job();
  failed(made(job, {.question = "a"}), {"rate_limit", "slow", "tokens"});
  failed(made(job, {.question = "b"}), {"rate_limit", "slow", "requests"});
  failed(made(job, {.question = "c"}), {"rate_limit", "slow", "requests"});
  EXPECT_THAT(cells(report("errors"), {"class", "code", "times"}),
              ElementsAre("rate_limit requests 2", "rate_limit tokens 1"));
}

TEST_F(ReportViewsTest, ATraceHasWaitsRunsCallsAndWhatWasStored) {
  submit({new_job()});
  now_ += std::chrono::seconds(5);
  auto job = claim(1).at(0);
  plan(job, 1);
  now_ += std::chrono::seconds(1);
  const auto call = made(job, {});
  now_ += std::chrono::seconds(3);
  answered(call, 3);
  ASSERT_TRUE(store_chunk(job, 0, {"f"}, true));
  const store::Report traced = store::trace(database(), job.id).value();
  EXPECT_THAT(cells(traced, {"what", "name", "chunk", "begin_seconds", "seconds", "outcome"}),
              ElementsAre("wait queue - 0 5 -", "run attempt 1 - 5 4 succeeded",
                          "call call 0 6 3 answered", "stored - 0 9 0 -"));
  EXPECT_EQ(store::trace(database(), "no such job").error().code, Code::not_found);
}

TEST_F(ReportViewsTest, ATraceSaysWhichQuestionItWas) {
  const auto job = running_job();
  for (const int number : {0, 1, 2, 3, 4, 8, 9})
    answered(made(job, {.question = std::to_string(number), .number = number}), 1);
  const auto named = cells(store::trace(database(), job.id).value(), {"what", "name"});
  for (const char* name :
       {"call call", "call call again", "call call longer", "call call again longer",
        "call call anew", "call call judge", "call call judge again"})
    EXPECT_THAT(named, testing::Contains(name));
}

TEST_F(ReportViewsTest, ABatchOfOneJobIsTracedAsIt) {
  const auto one = new_job(), two = new_job(), three = new_job();
  store::NewBatch alone = new_batch({one}), both = new_batch({two, three});
  alone.id = "batch-of-one";
  both.id = "batch-of-two";
  ASSERT_TRUE(try_submit(alone));
  ASSERT_TRUE(try_submit(both));
  EXPECT_EQ(cells(store::trace(database(), "batch-of-one").value(), {"job"}).at(0), one.id);
  const auto several = store::trace(database(), "batch-of-two");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, Code::invalid_request);
  EXPECT_THAT(several.error().message, testing::HasSubstr("is a batch of 2 jobs"));
}

}  // namespace
}  // namespace docwright::test
