// Routes: who is asked first, who in place of whom, and what becomes of a job that nobody answers.
#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CallRoutes : public PipelineWorld {
 protected:
  void routes(const std::string& yaml) {
    const auto node = config::parse_yaml("docwright.yaml", yaml);
    routes_ = Routes::parse({}, models_, *node).value();
  }
  // A job of one function whose calls name this.
  std::shared_ptr<Job> asking(const std::string& model, int chunks = 1, std::int64_t row = 1) {
    std::string steps = kTestSteps;
    steps.replace(steps.find("model: test"), 11, "model: " + model);
    return planned_job(chunks, 1, row, steps);
  }
  // What each model's requests get; a right answer where it is not among them.
  void provide(std::map<std::string, CallResult<HttpResponse>> answers) {
    provider_.script = [answers = std::move(answers)](const HttpRequest& request,
                                                      int) -> CallResult<HttpResponse> {
      const auto found = answers.find(model_of(request));
      return found == answers.end() ? CallResult<HttpResponse>(right_completion(request))
                                    : found->second;
    };
  }
  static std::string model_of(const HttpRequest& request) {
    return (*parse_json(request.body))["model"].get<std::string>();
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> models;
    for (const HttpRequest& request : provider_.requests) models.push_back(model_of(request));
    return models;
  }
  std::string written_by(std::string_view symbol) {
    return documents_.of(symbol).record["provenance"]["model"].get<std::string>();
  }
};

TEST_F(CallRoutes, TheFirstThatCanAnswers) {
  EXPECT_EQ(text(run(asking("[other, test]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

TEST_F(CallRoutes, AServerThatFailsIsTriedAgainAndThenLeft) {
  provide({{"test-1", http_error(503, "server_error", "down")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "test-1", "test-1", "other-1"));
  EXPECT_EQ(written_by("f0"), "other");
}

TEST_F(CallRoutes, ARateLimitIsNotSatOutWhereOthersCanBeAsked) {
  provide({{"test-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "60"}})}});
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_LT(clock_.now() - begin, seconds(5));
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

TEST_F(CallRoutes, AModelThatIsNotThereIsPassedOver) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

TEST_F(CallRoutes, WhatOneWithholdsIsAskedOfTheNext) {
  provide({{"test-1", chat_completion("", "content_filter")}});
  EXPECT_EQ(text(run(asking("[test, other]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
  EXPECT_EQ(written_by("f0"), "other");
  Nusd charged = 0;
  for (const auto& call : journal_.calls) charged += call.charge;
  EXPECT_EQ(documents_.of("f0").record["provenance"]["cost_nusd"], charged);
}

TEST_F(CallRoutes, WhatTheLastOneWithholdsIsWithheld) {
  provide({{"test-1", chat_completion("", "content_filter")},
           {"other-1", chat_completion("", "content_filter")}});
  EXPECT_THAT(text(run(asking("[test, other]"))),
              AllOf(StartsWith("failed answer_invalid"), HasSubstr("content filter")));
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

// The same provider would find the same fault.
TEST_F(CallRoutes, AnInvalidRequestGoesToAnotherProviderOnly) {
  provide({{"test-1", http_error(400, "invalid_request_error", "what?")}});
  EXPECT_THAT(text(run(asking("[test, other]"))),
              AllOf(HasSubstr("failed call_failed"), HasSubstr("model 'test'")));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, WhenAllRefuseTheJobWaitsForTheEarliest) {
  provide({{"test-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "600"}})},
           {"other-1", http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "90"}})}});
  const Time begin = clock_.now();
  const Outcome outcome = run(asking("[test, other]"));
  ASSERT_TRUE(std::holds_alternative<Parked>(outcome)) << text(outcome);
  const Parked& parked = std::get<Parked>(outcome);
  EXPECT_EQ(parked.reason, "rate_limit");
  EXPECT_THAT(parked.detail, AllOf(HasSubstr("model 'test'"), HasSubstr("model 'other'")));
  EXPECT_GE(*parked.until - begin, seconds(90));
  EXPECT_LE(*parked.until - begin, seconds(110));
}

TEST_F(CallRoutes, WhenAllFailTheJobSaysWhy) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")},
           {"other-1", http_error(403, "permission_denied", "not yours")}});
  EXPECT_THAT(
      text(run(asking("[test, other]"))),
      AllOf(HasSubstr("failed call_failed"), HasSubstr("no such model"), HasSubstr("not yours")));
}

TEST_F(CallRoutes, EachTargetIsReservedAndJournalledByItself) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, other]"));
  ASSERT_EQ(journal_.calls.size(), 2U);
  EXPECT_EQ(journal_.calls[0].state, "failed");
  EXPECT_EQ(journal_.calls[1].state, "answered");
  EXPECT_NE(journal_.calls[0].key.hash, journal_.calls[1].key.hash);
}

// Of an answer that a later target gave before the daemon died: it is not asked for again, nor is
// anybody else.
TEST_F(CallRoutes, Promise2AFallbacksAnswerIsTheJobsAfterARestart) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  const auto job = asking("[test, other]");
  disk_.die_at = 12;  // the answer is written, the document is not
  spawn(job);
  loop_.run_until_idle();
  ASSERT_EQ(journal_.count("answered"), 1);
  ASSERT_TRUE(documents_.stored.empty());
  kill();
  start();
  provide({});
  job->attempt = 3;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "other-1"));
}

// lunargate-ai/gateway #2: what a fallback answered is not served for the primary.
TEST_F(CallRoutes, LunargateGateway2AFallbacksAnswerIsNotThePrimarys) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, other]"));
  provide({});
  provider_.requests.clear();
  EXPECT_EQ(text(run(asking("[test, other]", 1, 2))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, AnOfflineDocumentInPlaceOfAModelsIsMarked) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  EXPECT_EQ(text(run(asking("[test, offline]"))), "succeeded 1 0");
  EXPECT_EQ(documents_.of("f0").record["provenance"]["fallback"], true);
}

// It is no answer of the model's: the next job asks anew.
TEST_F(CallRoutes, AnOfflineDocumentIsDoneAgainByTheNextJob) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, offline]"));
  provide({});
  EXPECT_EQ(text(run(asking("[test, offline]", 1, 2))), "succeeded 1 0");
  EXPECT_EQ(documents_.stored.back().document.record["provenance"]["model"], "test");
}

// In its own job too, whose other chunks are neither asked about nor paid again. The failure is not
// held against the model, but each run asks once only.
TEST_F(CallRoutes, AnOfflineDocumentIsDoneAgainInItsJob) {
  const auto refuse_f1 = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (facts_in(request)["targets"][0]["symbol"] == "f1") return http_error(503, "busy", "down");
    return right_completion(request);
  };
  provider_.script = refuse_f1;
  const auto made = asking("[test, offline]", 3);
  EXPECT_EQ(text(run(made)), "succeeded 3 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 1);
  EXPECT_TRUE(documents_.of("f1").fallback);
  const auto reopen = [&] {
    journal_.plans.at(1).chunks.at(1).stored = false;
    provider_.requests.clear();
    ++made->attempt;
  };
  reopen();
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 1);
  EXPECT_EQ(provider_.requests.size(), 1U);
  provide({});
  reopen();
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 0);
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(documents_.stored.back().document.record["provenance"]["model"], "test");
  EXPECT_FALSE(documents_.stored.back().document.fallback);
}

// What was refused for good is not sent again by a run that no person asked for.
TEST_F(CallRoutes, AnErrorForGoodIsNotRepeatedWhenAFallbackIsDoneAgain) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  const auto made = asking("[test, offline]");
  run(made);
  journal_.plans.at(1).chunks.at(0).stored = false;
  ++made->attempt;
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(CallRoutes, AnOfflineDocumentThatWasAskedForIsNot) {
  EXPECT_EQ(text(run(asking("offline"))), "succeeded 1 0");
  EXPECT_FALSE(documents_.of("f0").record["provenance"].contains("fallback"));
}

// No model is hurried for it: a rate limit of some seconds is sat out.
TEST_F(CallRoutes, OfflineDoesNotStandInForAShortWait) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (number > 0) return right_completion(request);
    return http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "20"}});
  };
  EXPECT_EQ(text(run(asking("[test, offline]"))), "succeeded 1 0");
  EXPECT_EQ(written_by("f0"), "test");
}

TEST_F(CallRoutes, PriceOrderAsksTheCheapestFirst) {
  models_ = providers::Models::parse(
                {{"models.yaml", std::string(kTestModels) + "  cheap: {api_name: cheap-1, "
                                                            "window_tokens: 20000, "
                                                            "output_tokens_max: 8000, prices: "
                                                            "{input: 0.1USD, output: 0.2USD}}\n"}},
                registry_)
                .value();
  routes("{r: {order: price, targets: [unpriced, test, cheap]}}");
  EXPECT_EQ(text(run(asking("r"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("cheap-1"));
}

TEST_F(CallRoutes, WeightsShareTheQuestionsTheSameEachTime) {
  routes("{r: {order: weight, targets: [{model: test, weight: 3}, other]}}");
  limits_.calls = 1;
  EXPECT_EQ(text(run(asking("r", 200))), "succeeded 200 0");
  const auto first = asked();
  const auto test = std::ranges::count(first, "test-1");
  EXPECT_GT(test, 125);
  EXPECT_LT(test, 175);

  provider_.requests.clear();
  const auto again = asking("r", 200, 2);
  again->fresh = true;
  EXPECT_EQ(text(run(again)), "succeeded 200 0");
  EXPECT_EQ(std::ranges::count(asked(), "test-1"), test);
}

TEST_F(CallRoutes, LatencyOrderAsksTheFastestOfLate) {
  routes("{r: {order: latency, targets: [test, other]}}");
  provider_.script = [this](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    provider_.latency = model_of(request) == "test-1" ? seconds(9) : seconds(1);
    return right_completion(request);
  };
  run(asking("test", 1, 1));
  run(asking("other", 1, 2));
  provider_.requests.clear();
  const auto job = asking("r", 1, 3);
  job->fresh = true;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

TEST_F(CallRoutes, ATargetIsAskedAboutWhatItIsFor) {
  routes(
      "{r: {targets: [{model: other, for: {kinds: [class]}}, {model: other, for: {visibility: "
      "[private]}}, {model: other, for: {tokens_max: 10}}, {model: test, for: {kinds: [function], "
      "visibility: [public], tokens_max: 15000}}]}}");
  EXPECT_EQ(text(run(asking("r"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, WhereNoTargetIsForItTheJobSaysSo) {
  routes(
      "{r: {targets: [{model: test, for: {kinds: [class]}}, {model: other, for: {kinds: "
      "[macro]}}]}}");
  EXPECT_THAT(text(run(asking("r"))), AllOf(HasSubstr("no target of the route 'r' can be asked"),
                                            HasSubstr("test: 'f0' is a function")));
}

TEST_F(CallRoutes, AWindowThatIsTooSmallIsPassedOver) {
  EXPECT_EQ(text(run(asking("[small, test]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

std::string with_a_cheap_model() {
  return std::string(kTestModels) +
         "  cheap: {api_name: cheap-1, window_tokens: 20000, output_tokens_max: 8000, prices: "
         "{input: 0.1USD, output: 0.2USD}}\n";
}

// What does not fit its budget goes to a cheaper target, where the route has one.
TEST_F(CallRoutes, ABudgetThatIsUsedUpLeavesTheCheaperTarget) {
  models_ = providers::Models::parse({{"models.yaml", with_a_cheap_model()}}, registry_).value();
  journal_.limit = 1'000'000;
  EXPECT_EQ(text(run(asking("[test, cheap]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("cheap-1"));
}

TEST_F(CallRoutes, ABudgetThatFitsNoTargetSaysWhatEachNeeds) {
  models_ = providers::Models::parse({{"models.yaml", with_a_cheap_model()}}, registry_).value();
  journal_.limit = 1;
  EXPECT_THAT(text(run(asking("[test, cheap]"))),
              AllOf(HasSubstr("model 'test': "), HasSubstr("; model 'cheap': ")));
  EXPECT_THAT(asked(), testing::IsEmpty());
}

TEST_F(CallRoutes, ASubmitMayNameARoute) {
  routes("{r: {targets: [other, test]}}");
  const auto job = asking("test");
  job->model = "r";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("other-1"));
}

// SWE-agent/mini-swe-agent #923, and the report that started this project: what a provider finds
// too long is sent once, whatever we counted.
TEST_F(CallRoutes, MiniSweAgent923AContextOverflowIsSentOnce) {
  provide({{"test-1", http_error(400, "context_length_exceeded",
                                 "This model's maximum context length is 128000 tokens. However, "
                                 "you requested 128007 tokens (2133 in the messages, 125874 in "
                                 "the completion).")}});
  EXPECT_THAT(text(run(asking("test"))),
              AllOf(HasSubstr("failed call_failed"), HasSubstr("context_length"),
                    HasSubstr("one target and cannot be divided")));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, AContextOverflowMovesToALargerWindow) {
  provide({{"test-1", http_error(400, "context_length_exceeded", "too long")}});
  EXPECT_EQ(text(run(asking("[test, other, wide]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "wide-1"));  // the other's is not larger
}

TEST_F(CallRoutes, AContextOverflowDividesTheChunk) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (facts_in(request)["targets"].size() > 2)
      return http_error(400, "context_length_exceeded", "too long");
    return right_completion(request);
  };
  const auto job = planned_job(1, 5);
  EXPECT_EQ(text(run(job)), "succeeded 5 0");
  EXPECT_EQ(documents_.finished_early, 0);
  EXPECT_TRUE(documents_.finished.contains(1));
  const auto& chunks = journal_.plans.at(1).chunks;
  std::uint32_t bytes = 0;
  for (const Chunk& chunk : chunks) bytes += chunk.range.end - chunk.range.begin;
  EXPECT_EQ(bytes, job->source->size());
  EXPECT_TRUE(std::ranges::all_of(chunks, &Chunk::stored));
  std::map<std::string, int> bodies;
  for (const HttpRequest& request : provider_.requests) ++bodies[request.body];
  for (const auto& [body, count] : bodies) EXPECT_EQ(count, 1);
}

TEST_F(CallRoutes, ADividedChunkSurvivesARestart) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (facts_in(request)["targets"].size() > 2)
      return http_error(400, "context_length_exceeded", "too long");
    return right_completion(request);
  };
  for (int die_at = 3; die_at < 40; ++die_at) {
    const auto job = planned_job(1, 4, die_at);
    job->fresh = true;
    disk_.operations = 0;
    disk_.die_at = die_at;
    spawn(job);
    loop_.run_until_idle();
    const bool done =
        outcomes_.contains(die_at) && std::holds_alternative<Succeeded>(outcomes_.at(die_at));
    kill();
    start();
    job->attempt = 3;
    if (!done) EXPECT_THAT(text(run(job)), StartsWith("succeeded")) << die_at;
    int overflows = 0;
    for (const auto& call : journal_.calls) overflows += call.job == die_at && call.error ? 1 : 0;
    EXPECT_LE(overflows, 2) << die_at;  // that of a killed daemon is not on record
    const auto documents =
        std::ranges::count(documents_.stored, die_at, &MemoryDocuments::Stored::job);
    EXPECT_EQ(documents, 4) << die_at;
  }
}

// coder/coder PR #26200: insufficient_quota is terminal for its key; others use the word "quota"
// for ordinary rate limits.
TEST_F(CallRoutes, CoderPr26200AUsedUpQuotaIsNotTriedAgain) {
  provide({{"test-1", http_error(429, "insufficient_quota",
                                 "You exceeded your current quota, please check your plan")}});
  EXPECT_THAT(text(run(asking("test"))), HasSubstr("parked quota"));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(CallRoutes, CoderPr26200TheWordQuotaAloneIsARateLimit) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (number > 0) return right_completion(request);
    return http_error(429, "429", "Requests have exceeded token rate limit of your current quota",
                      {{"retry-after", "3"}});
  };
  EXPECT_EQ(text(run(asking("test"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "test-1"));
}

// litellm #34399: several deployments of one quota wait together.
TEST_F(CallRoutes, Litellm34399DeploymentsOfOneQuotaWaitTogether) {
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

TEST_F(CallRoutes, KeysServeInTurn) {
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

TEST_F(CallRoutes, ARefusedKeyIsPassedOverAtOnce) {
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

TEST_F(CallRoutes, WithoutAGoodKeyTheJobWaits) {
  further_keys_ = {"second"};
  provider_.script = [](const HttpRequest&, int) -> CallResult<HttpResponse> {
    return http_error(401, "invalid_api_key", "no");
  };
  EXPECT_THAT(text(run(asking("test"))),
              AllOf(HasSubstr("parked no_credentials"), HasSubstr("refuses the key")));
  EXPECT_EQ(provider_.requests.size(), 2U);
}

// What one provider breaks off is asked for once more, and what came first is not the answer.
TEST_F(CallRoutes, AnAnswerThatWasBrokenOffIsSampledOnceMore) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    return number == 0 ? chat_completion("", "malformed") : right_completion(request);
  };
  EXPECT_EQ(text(run(asking("test"))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_NE(journal_.calls[0].key.hash, journal_.calls[1].key.hash);
}

// A target that only fails is left alone; the jobs wait for it, and lose nothing.
TEST_F(CallRoutes, AProviderThatIsDownIsTriedWithSingleCallsUntilItAnswers) {
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
