// Quotas, keys and targets that fail: who waits for what, and who is passed over.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/routes_fixture.h"

namespace docwright::test {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CallKeys : public RoutesFixture {};

// coder/coder PR #26200: insufficient_quota is terminal for its key; others use the word "quota"
// for ordinary rate limits.
TEST_F(CallKeys, CoderPr26200AUsedUpQuotaIsNotTriedAgain) {
  provide({{"test-1", http_error(429, "insufficient_quota",
                                 "You exceeded your current quota, please check your plan")}});
  EXPECT_THAT(text(run(asking("test"))), HasSubstr("parked quota"));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallKeys, CoderPr26200TheWordQuotaAloneIsARateLimit) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (number > 0) return right_completion(request);
    return http_error(429, "429", "Requests have exceeded token rate limit of your current quota",
                      {{"retry-after", "3"}});
  };
  EXPECT_EQ(text(run(asking("test"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "test-1"));
}

// litellm #34399: several deployments of one quota wait together.
TEST_F(CallKeys, Litellm34399DeploymentsOfOneQuotaWaitTogether) {
  const auto deployment = [](const std::string& name) {
    return "  " + name + ": {api_name: " + name +
           ", window_tokens: 20000, output_tokens_max: 8000, quota_group: shared, prices: {input: "
           "1USD, output: 2USD}}\n";
  };
  models_ =
      providers::Models::parse(
          {{"models.yaml", std::string(kTestModels) + deployment("east") + deployment("west")}},
          registry_)
          .value();
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (number > 0) return right_completion(request);
    return http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "20"}});
  };
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(asking("[east, west]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("east", "west"));
  EXPECT_GE(provider_.arrivals[1] - begin, seconds(20));
}

TEST_F(CallKeys, KeysServeInTurn) {
  further_keys_ = {"second", "third"};
  limits_.calls = 1;
  stop();
  start();
  EXPECT_EQ(text(run(asking("test", 6))), "succeeded 6 0");
  std::map<std::string, int> used;
  for (const HttpRequest& request : provider_.requests)
    ++used[std::string(providers::header(request.headers, "Authorization"))];
  EXPECT_EQ(used.size(), 3U);
  for (const auto& [key, count] : used) EXPECT_EQ(count, 2) << key;
}

TEST_F(CallKeys, ARefusedKeyIsPassedOverAtOnce) {
  further_keys_ = {"good"};
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (providers::header(request.headers, "Authorization") == "Bearer good")
      return right_completion(request);
    return http_error(401, "invalid_api_key", "no");
  };
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(asking("test", 4))), "succeeded 4 0");
  EXPECT_LT(clock_.now() - begin, seconds(1));
  EXPECT_LE(journal_.count("failed"), 4);
}

// What one key may not use, another one may; where none may, waiting helps nobody.
TEST_F(CallKeys, AKeyWithoutPermissionIsPassedOver) {
  further_keys_ = {"good"};
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (providers::header(request.headers, "Authorization") == "Bearer good")
      return right_completion(request);
    return http_error(403, "permission_error", "not yours");
  };
  EXPECT_EQ(text(run(asking("test", 4))), "succeeded 4 0");
}

TEST_F(CallKeys, WithoutPermissionForAnyKeyTheJobFails) {
  further_keys_ = {"second", "third"};
  provider_.script = [](const HttpRequest&, int) -> CallResult<HttpResponse> {
    return http_error(403, "permission_error", "not yours");
  };
  EXPECT_THAT(text(run(asking("test"))), HasSubstr("refused (permission, HTTP 403): not yours"));
  EXPECT_EQ(provider_.requests.size(), 3U);
}

TEST_F(CallKeys, WithoutAGoodKeyTheJobWaits) {
  further_keys_ = {"second"};
  provider_.script = [](const HttpRequest&, int) -> CallResult<HttpResponse> {
    return http_error(401, "invalid_api_key", "no");
  };
  EXPECT_THAT(text(run(asking("test"))),
              AllOf(HasSubstr("parked no_credentials"), HasSubstr("refuses the key")));
  EXPECT_EQ(provider_.requests.size(), 2U);
}

// What one provider breaks off is asked for once more, and what came first is not the answer.
TEST_F(CallKeys, AnAnswerThatWasBrokenOffIsSampledOnceMore) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    return number == 0 ? chat_completion("", "malformed") : right_completion(request);
  };
  EXPECT_EQ(text(run(asking("test"))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_NE(journal_.calls[0].key.hash, journal_.calls[1].key.hash);
}

// A target that only fails is left alone; the jobs wait for it, and lose nothing.
TEST_F(CallKeys, AProviderThatIsDownIsTriedWithSingleCallsUntilItAnswers) {
  bool down = true;
  provider_.script = [&](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    return down ? http_error(503, "server_error", "down")
                : CallResult<HttpResponse>(right_completion(request));
  };
  std::string steps = kTestSteps;
  steps.replace(steps.find("retries: 3"), 10, "retries: 9");
  const auto job = planned_job(40, 1, 1, steps);
  EXPECT_THAT(text(run(job)), HasSubstr("parked provider_down"));
  const auto before = provider_.requests.size();
  EXPECT_LT(before, 60U);
  down = false;
  job->attempt = 3;
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(text(run(job)), "succeeded 40 0");
}

}  // namespace
}  // namespace docwright::test
