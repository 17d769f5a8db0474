// Reports from the field about rate limits; each test is named after its thread.
#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::StartsWith;

// Every answer here has used 150 tokens.
class LimitReports : public PipelineWorld {
 protected:
  void limit(config::LimitSettings settings) {
    settings.charges = config::LimitSettings::Charges::used;
    limits_.groups["openai"] = settings;
    stop();
    start();
  }
  void use_models(const std::string& yaml) {
    models_ = providers::Models::parse({{"models.yaml", yaml}}, registry_).value();
  }
  // Runs the job, each time that it parked when its wait is over.
  Outcome run_to_its_end(const std::shared_ptr<Job>& job) {
    Outcome outcome = run(job);
    while (const auto* parked = std::get_if<Parked>(&outcome)) {
      if (!parked->until || ++parked_ > 50) break;
      clock_.advance(*parked->until - clock_.now());
      ++job->attempt;
      outcome = run(job);
    }
    return outcome;
  }

  int parked_ = 0;
};

// Tokens per minute were counted when an answer came, so that all that were asked at once went out.
TEST_F(LimitReports, Litellm18730FiveConcurrentCallsKeepTo100TokensPerMinute) {
  limit({.tokens_per_minute = 100});
  EXPECT_THAT(text(run_to_its_end(planned_job(5))), StartsWith("succeeded"));
  EXPECT_EQ(documents_.stored.size(), 5U);
  EXPECT_EQ(provider_.most_in_flight, 1);
  ASSERT_EQ(provider_.arrivals.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i) {
    const Duration gap = provider_.arrivals[i] - provider_.arrivals[i - 1];
    EXPECT_GE(gap, seconds(80)) << i;  // 150 tokens take 90 s, less what the bucket holds
    EXPECT_LE(gap, seconds(100)) << i;
  }
}

// A call without an answer limit of its own was expected to take more than the key may ever use,
// and was refused for good.
TEST_F(LimitReports, Litellm29193AKeyOf100TokensPerMinuteWorksWithoutAnAnswerLimit) {
  limit({.tokens_per_minute = 100});
  std::string steps = kTestSteps;
  const std::string limit_option = "answer_tokens_max: 1000, ";
  steps.erase(steps.find(limit_option), limit_option.size());
  const Time begin = clock_.now();
  EXPECT_THAT(text(run_to_its_end(planned_job(2, 1, 1, steps))), StartsWith("succeeded"));
  EXPECT_EQ(documents_.stored.size(), 2U);
  EXPECT_EQ(provider_.arrivals.front() - begin, Duration{0});
  EXPECT_LE(provider_.arrivals.back() - begin, minutes(2));
}

// Retry-After was not heeded where several deployments share one quota.
TEST_F(LimitReports, Litellm34399RetryAfterHoldsForAllDeploymentsOfAQuota) {
  use_models(R"(models:
  test: {provider: openai, api_name: east, quota_group: mini, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
  west: {provider: openai, api_name: west, quota_group: mini, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
  apart: {provider: openai, api_name: apart, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
)");
  const std::vector<providers::Headers> hints = {
      {{"retry-after", "7"}},
      {{"retry-after-ms", "7000"}},
      {{"date", "Wed, 21 Oct 2026 07:27:53 GMT"},
       {"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}};
  std::int64_t row = 0;
  for (const providers::Headers& hint : hints) {
    stop();
    start();
    provider_.requests.clear();
    provider_.arrivals.clear();
    provider_.script = [&hint](const HttpRequest& request, int number) {
      return number == 0 ? http_error(429, "rate_limit_exceeded", "slow down", hint)
                         : right_completion(request);
    };
    const Time begin = clock_.now();
    const auto ask = [&](const std::string& model) {
      auto job = planned_job(1, 1, ++row);
      job->fresh = true;
      job->model = model;
      spawn(job);
      return row;
    };
    ask("test");
    const auto later = [&]() -> Task<void> {
      co_await loop_.sleep(seconds(1));
      ask("west");
      ask("apart");
    };
    runs_->spawn("later", later());
    loop_.run_until_idle();
    ASSERT_EQ(provider_.arrivals.size(), 4U);
    EXPECT_LT(provider_.arrivals[1] - begin, seconds(2));  // another quota
    EXPECT_GE(provider_.arrivals[2] - begin, seconds(7));
    EXPECT_GE(provider_.arrivals[3] - begin, seconds(7));
    EXPECT_LT(provider_.arrivals[3] - begin, seconds(9));
  }
}

TEST_F(LimitReports, ADaysLimitParksUntilItsMidnight) {
  limit({.requests_per_day = 2});
  parts_->chunks_at_once = 1;
  const Outcome outcome = run(planned_job(3));
  EXPECT_THAT(text(outcome), StartsWith("parked quota:"));
  const Time midnight = std::chrono::floor<std::chrono::days>(clock_.now()) + std::chrono::days(1);
  EXPECT_GE(std::get<Parked>(outcome).until, midnight);
  EXPECT_LE(std::get<Parked>(outcome).until, midnight + minutes(1));
  EXPECT_EQ(provider_.requests.size(), 2U);
}

// Both of a group's models count, those too that nobody has asked since the start.
TEST_F(LimitReports, WhatWasAskedBeforeTheStartCountsForItsQuotaGroup) {
  use_models(R"(models:
  test: {provider: openai, api_name: east, quota_group: mini, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
  west: {provider: openai, api_name: west, quota_group: mini, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
)");
  for (const char* model : {"west", "elsewhere"}) {
    limits_.past.push_back({.provider = "openai",
                            .model = model,
                            .quota_group = std::string_view(model) == "west" ? "mini" : "",
                            .at = clock_.now(),
                            .requests = 2});
  }
  limit({.requests_per_day = 3});
  parts_->chunks_at_once = 1;
  EXPECT_THAT(text(run(planned_job(2))), StartsWith("parked quota:"));
  EXPECT_EQ(provider_.requests.size(), 1U);
}

}  // namespace
}  // namespace docwright::test
