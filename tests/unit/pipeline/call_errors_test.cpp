// What a provider can do wrong, and what becomes of it: each error ends as promised.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/script_fixture.h"

namespace docwright::test {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class BrokenEvents final : public providers::EventReader {
 public:
  void event(std::string_view, std::string_view) override {
    throw std::out_of_range("no such event");
  }
  std::string_view text() const override { return {}; }
  CallResult<providers::Answer> end() override { return providers::Answer{}; }
};

// The wire format of `openai`, with a bug.
class BrokenCodec final : public providers::Codec {
 public:
  enum class Bug { writing, reading };
  BrokenCodec(const providers::Codec& codec, Bug bug) : codec_(codec), bug_(bug) {}

  HttpRequest encode(const providers::Question& question, const providers::Dialect& dialect,
                     const providers::Endpoint& endpoint, bool stream) const override {
    if (bug_ == Bug::writing) throw std::out_of_range("no such field");
    return codec_.encode(question, dialect, endpoint, stream);
  }
  CallResult<providers::Answer> decode(const HttpResponse&, const providers::Question&,
                                       const providers::Dialect&) const override {
    throw std::out_of_range("no such field");
  }
  std::unique_ptr<providers::EventReader> events(const providers::Question&,
                                                 const providers::Dialect&) const override {
    return std::make_unique<BrokenEvents>();
  }
  std::int64_t overhead_tokens(const providers::Question& question,
                               const providers::Dialect& dialect) const override {
    return codec_.overhead_tokens(question, dialect);
  }
  bool reserves(std::string_view parameter) const override { return codec_.reserves(parameter); }
  HttpRequest list_models(const providers::Endpoint& endpoint,
                          const providers::Dialect& dialect) const override {
    return codec_.list_models(endpoint, dialect);
  }
  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    return codec_.listed_models(response);
  }

 private:
  const providers::Codec& codec_;
  const Bug bug_;
};

class CallErrors : public ScriptFixture {
 protected:
  std::shared_ptr<Job> job_of_broken_codec(BrokenCodec::Bug bug) {
    providers::Provider provider;
    provider.name = "broken";
    provider.base_url = "http://127.0.0.1:9/v1";
    provider.codec = std::make_unique<BrokenCodec>(*registry_.find("openai")->codec, bug);
    registry_.add(std::move(provider));
    const std::string models = std::string(kTestModels) +
                               "  broken: {provider: broken, window_tokens: 20000, "
                               "output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}\n";
    models_ = providers::Models::parse({{"models.yaml", models}}, registry_).value();
    std::string steps = kTestSteps;
    steps.replace(steps.find("model: test"), 11, "model: broken");
    return planned_job(1, 1, 1, steps);
  }
  static Time until(const Outcome& outcome) {
    return std::get<Parked>(outcome).until.value_or(Time{});
  }
};

TEST_F(CallErrors, ServerErrorsAreTriedAgain) {
  first(2, http_error(500, "server_error", "try later"));
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_THAT(states(), ElementsAre("failed", "failed", "answered"));
  EXPECT_EQ(journal_.committed(), 200'000);  // errors cost nothing
  EXPECT_EQ(metrics_.count("call call server"), 2);
}

TEST_F(CallErrors, ServerErrorsEndWithinTheRetries) {
  always(http_error(500, "server_error", "try later"));
  EXPECT_EQ(text(run(planned_job(1))),
            "failed call_failed: chunk 0, step 'call', model 'test': tried 4 times, the last time "
            "(server, HTTP 500): try later");
  EXPECT_EQ(provider_.requests.size(), 4U);
}

TEST_F(CallErrors, ARateLimitHoldsBackEverybodyUntilItsHint) {
  first(1, http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "7"}}));
  limits_.calls = 1;  // so that the others have not gone out before the first one hears
  stop();
  start();
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(planned_job(5))), "succeeded 5 0");
  EXPECT_EQ(provider_.requests.size(), 6U);
  for (std::size_t i = 1; i < provider_.arrivals.size(); ++i)
    EXPECT_GE(provider_.arrivals[i] - begin, seconds(7));
}

// An answer to what went out before says nothing about what may go out now.
TEST_F(CallErrors, AnEarlierCallsAnswerDoesNotOpenTheGate) {
  provider_.script = [this](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    provider_.latency = std::chrono::milliseconds(number == 0 ? 10 : 100);
    if (number > 0) return right_completion(request);
    return http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "7"}});
  };
  parts_->chunks_at_once = 2;
  const Time begin = clock_.now();
  EXPECT_EQ(text(run(planned_job(4))), "succeeded 4 0");
  ASSERT_EQ(provider_.arrivals.size(), 5U);
  for (std::size_t i = 2; i < 5; ++i) EXPECT_GE(provider_.arrivals[i] - begin, seconds(7));
}

TEST_F(CallErrors, ALongRateLimitParks) {
  always(http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "120"}}));
  const Time begin = clock_.now();
  const Outcome outcome = run(planned_job(1));
  EXPECT_THAT(text(outcome), AllOf(StartsWith("parked rate_limit:"), HasSubstr("slow down")));
  EXPECT_GE(until(outcome), begin + seconds(120));
  EXPECT_EQ(provider_.requests.size(), 1U);
  // Whoever comes in the meantime does not even ask.
  EXPECT_THAT(text(run(planned_job(1, 1, 2))), StartsWith("parked rate_limit:"));
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(CallErrors, RateLimitsUseUpNoRetry) {
  first(10, http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "0"}}));
  auto job = planned_job(1);
  Outcome outcome = run(job);
  for (int i = 0; i < 10 && std::holds_alternative<Parked>(outcome); ++i) {
    clock_.advance(until(outcome) - clock_.now());
    ++job->attempt;
    outcome = run(job);
  }
  EXPECT_EQ(text(outcome), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 11U);
}

TEST_F(CallErrors, ABugBeforeTheRequestReleasesItsReservation) {
  EXPECT_EQ(text(run(job_of_broken_codec(BrokenCodec::Bug::writing))),
            "failed internal: a bug of docwright kept it from writing the request: no such field");
  EXPECT_TRUE(provider_.requests.empty());
  EXPECT_THAT(states(), ElementsAre("failed"));
  EXPECT_EQ(journal_.committed(), 0);
}

TEST_F(CallErrors, ABugAfterTheRequestLeavesItsOutcomeUnknown) {
  EXPECT_THAT(text(run(job_of_broken_codec(BrokenCodec::Bug::reading))),
              AllOf(StartsWith("failed call_failed:"),
                    HasSubstr("a bug of docwright kept it from reading the answer")));
  EXPECT_GE(provider_.requests.size(), 1U);
  EXPECT_EQ(journal_.count("unknown"), static_cast<int>(provider_.requests.size()));
  EXPECT_EQ(journal_.count("intent"), 0);
}

TEST_F(CallErrors, ABugInReadingAStreamIsNoOther) {
  provider_.script = [](const HttpRequest& request, int) { return right_stream(request); };
  EXPECT_THAT(text(run(job_of_broken_codec(BrokenCodec::Bug::reading))),
              HasSubstr("kept it from reading the answer: no such event"));
  EXPECT_EQ(journal_.count("unknown"), static_cast<int>(provider_.requests.size()));
}

TEST_F(CallErrors, ACutStreamIsUnknownAndAskedAgain) {
  HttpResponse cut = chat_stream("{}");
  cut.body.resize(cut.body.size() - 10);
  first(1, cut);
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_THAT(states(), ElementsAre("unknown", "answered"));
  EXPECT_EQ(journal_.calls.front().charge, journal_.calls.front().bound);
  EXPECT_EQ(journal_.calls.front().error->error_class, ErrorClass::truncated);
}

TEST_F(CallErrors, AnExhaustedQuotaParksAtOnce) {
  always(http_error(429, "insufficient_quota", "You exceeded your current quota."));
  EXPECT_THAT(text(run(planned_job(3))),
              AllOf(StartsWith("parked quota:"), HasSubstr("current quota; asked again at")));
  EXPECT_LE(provider_.requests.size(), 3U);
}

// Gateways put the same hint on every 429: an account without money is not asked each second.
TEST_F(CallErrors, AHintOfSecondsIsNotForAQuota) {
  always(http_error(429, "insufficient_quota", "You exceeded your current quota.",
                    {{"retry-after", "1"}}));
  const Outcome outcome = run(planned_job(1));
  EXPECT_THAT(text(outcome), StartsWith("parked quota:"));
  EXPECT_GE(until(outcome), clock_.now() + seconds(60));
}

TEST_F(CallErrors, ARefusedKeyParksAndIsNotTriedByOthers) {
  always(http_error(401, "invalid_api_key", "Incorrect API key provided"));
  EXPECT_THAT(text(run(planned_job(1))),
              AllOf(StartsWith("parked no_credentials:"), HasSubstr("refuses the key")));
  run(planned_job(1, 1, 2));
  EXPECT_EQ(provider_.requests.size(), 1U);
  // Another key is another matter.
  endpoint_->key = "another-key";
  provider_.script = [](const HttpRequest& request, int) { return right_completion(request); };
  EXPECT_EQ(text(run(planned_job(1, 1, 3))), "succeeded 1 0");
}

// Whatever it looks like, and wherever the server puts it.
TEST_F(CallErrors, AKeyThatTheServerRepeatsGoesNoFurther) {
  endpoint_->key = "correct horse";
  always(http_error(400, "invalid_request_error", "who is correct horse?",
                    {{"x-request-id", "for correct horse"}}));
  EXPECT_THAT(text(run(planned_job(1))), AllOf(HasSubstr("who is ***"), Not(HasSubstr("horse"))));
  EXPECT_EQ(journal_.calls.at(0).request_id, "for ***");
}

TEST_F(CallErrors, WithoutAKeyNothingIsSent) {
  endpoint_ = fail(Code::no_credentials, "no key for openai: looked at OPENAI_API_KEY");
  const Outcome outcome = run(planned_job(1));
  EXPECT_EQ(text(outcome), "parked no_credentials: no key for openai: looked at OPENAI_API_KEY");
  EXPECT_GT(until(outcome), clock_.now());  // a key in a file may come without a restart
  EXPECT_TRUE(provider_.requests.empty());
  EXPECT_TRUE(journal_.calls.empty());
}

TEST_F(CallErrors, PermanentErrorsAreNeverRetried) {
  always(http_error(400, "context_length_exceeded",
                    "This model's maximum context length is 128000 tokens"));
  EXPECT_THAT(
      text(run(planned_job(1))),
      AllOf(StartsWith("failed call_failed: chunk 0, step 'call', model 'test': the provider "
                       "refused (context_length, HTTP 400)"),
            HasSubstr("limit_tokens")));
  EXPECT_EQ(provider_.requests.size(), 1U);
}

// Whether it was charged is not known; that it would be refused again is.
TEST_F(CallErrors, NorAreThoseThatMayHaveBeenCharged) {
  HttpResponse flagged = http_error(400, "content_filter", "The prompt was flagged.");
  flagged.status = 200;
  always(flagged);
  EXPECT_EQ(text(run(planned_job(1))),
            "failed call_failed: chunk 0, step 'call', model 'test': the provider refused "
            "(content_filter, HTTP 200): The prompt was flagged; the call stays charged at its "
            "bound; the provider's filter refuses this text");
  EXPECT_THAT(states(), ElementsAre("unknown"));
  EXPECT_EQ(journal_.committed(), journal_.calls.front().bound);
}

// One chunk is refused for good while another one waits: later runs ask for the other alone.
TEST_F(CallErrors, ALaterRunDoesNotRepeatAPermanentErrorEither) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (request.body.contains("f0")) return http_error(400, "invalid_request_error", "no");
    if (number < 2)
      return http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "120"}});
    return right_completion(request);
  };
  auto job = planned_job(2);
  const Outcome outcome = run(job);
  EXPECT_THAT(text(outcome), StartsWith("parked rate_limit:"));
  EXPECT_EQ(provider_.requests.size(), 2U);
  clock_.advance(until(outcome) - clock_.now());
  ++job->attempt;
  EXPECT_EQ(text(run(job)),
            "failed call_failed: chunk 0, step 'call', model 'test': the provider refused "
            "(invalid_request, HTTP 400): no; check the call's parameters");
  EXPECT_EQ(provider_.requests.size(), 3U);
  EXPECT_EQ(documents_.stored.size(), 1U);
}

TEST_F(CallErrors, NoAnswerStaysChargedAndIsRepeated) {
  first(1, cut_connection());
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_THAT(states(), ElementsAre("unknown", "answered"));
  EXPECT_EQ(journal_.committed(), journal_.calls[0].bound + 200'000);
}

TEST_F(CallErrors, NoAnswerForEverIsBounded) {
  always(cut_connection());
  EXPECT_THAT(text(run(planned_job(1))),
              AllOf(StartsWith("failed call_failed:"), HasSubstr("stays charged at its bound")));
  EXPECT_LE(provider_.requests.size(), 4U);
  EXPECT_EQ(journal_.count("unknown"), static_cast<int>(provider_.requests.size()));
}

// However often its job is taken up again, for other reasons.
TEST_F(CallErrors, NoAnswerIsBoundedOverAllRuns) {
  always(cut_connection());
  auto job = planned_job(1);
  for (; job->attempt < 20; ++job->attempt)
    EXPECT_THAT(text(run(job)), StartsWith("failed call_failed:"));
  EXPECT_EQ(provider_.requests.size(), 4U);
  EXPECT_THAT(text(run(job)), HasSubstr("no answer came, 4 times, and only a retry asks again"));
}

// What a crash cut off says nothing of the provider.
TEST_F(CallErrors, ACrashIsNoMissingAnswer) {
  auto job = planned_job(1);
  for (; job->attempt < 8; ++job->attempt) {
    disk_.operations = 0;
    disk_.die_at = 5;  // the intent is written, the answer is not
    spawn(job);
    loop_.run_until_idle();
    kill();
    start();
  }
  EXPECT_EQ(journal_.count("unknown"), 6);
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
}

TEST_F(CallErrors, ThePipelineSaysWhatBecomesOfUnknownOutcomes) {
  const auto with = [](std::string_view policy) {
    return fmt::format(R"(name: p
steps:
  - validate
  - chunk
  - call: {{model: test, answer_tokens_max: 1000, on_unknown: {}, user: "{{{{code}}}}\n{{{{facts}}}}\n"}}
  - parse
  - store
)",
                       policy);
  };
  always(cut_connection());
  EXPECT_THAT(text(run(planned_job(1, 1, 1, with("fail")))), StartsWith("failed call_failed:"));
  EXPECT_EQ(provider_.requests.size(), 1U);
  auto parked = planned_job(1, 1, 2, with("park"));
  EXPECT_THAT(text(run(parked)), StartsWith("parked unknown:"));
  parked->attempt = 3;
  EXPECT_THAT(text(run(parked)), StartsWith("parked unknown:"));
  EXPECT_EQ(provider_.requests.size(), 2U);
}

TEST_F(CallErrors, NobodyThereIsNoVerdictOnTheJob) {
  always(refused_connection());
  const Outcome outcome = run(planned_job(1));
  EXPECT_THAT(text(outcome),
              AllOf(StartsWith("parked provider_down:"), HasSubstr("connection refused")));
  EXPECT_EQ(journal_.committed(), 0);
}

TEST_F(CallErrors, ADeadlineBoundsEveryWait) {
  auto job = planned_job(1);
  job->deadline = clock_.now() + seconds(60);
  always(http_error(429, "rate_limit_exceeded", "slow down", {{"retry-after", "120"}}));
  EXPECT_THAT(text(run(job)), StartsWith("failed timeout: the job's deadline"));
}

TEST_F(CallErrors, ASilentProviderIsGivenUpAtTheTimeLimit) {
  provider_.latency = std::chrono::hours(1);
  const Time begin = clock_.now();
  EXPECT_THAT(text(run(planned_job(1))), StartsWith("failed call_failed:"));
  EXPECT_LT(clock_.now() - begin, std::chrono::hours(1));
}

TEST_F(CallErrors, HalfAnHttpBodyIsNoAnswer) {
  HttpResponse half = chat_completion("{}");
  half.body.resize(half.body.size() / 2);
  first(1, half);
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_THAT(states(), ElementsAre("unknown", "answered"));
}

}  // namespace
}  // namespace docwright::test
