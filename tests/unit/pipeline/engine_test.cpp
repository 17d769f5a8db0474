// A job from its first step to its last document; what a crash at any moment leaves.
#include "pipeline/engine.h"

#include <gmock/gmock.h>

#include "schemas/schemas.h"
#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Engine : public PipelineWorld {};

TEST_F(Engine, EveryTargetGetsItsDocument) {
  const auto job = planned_job(3, 2);
  EXPECT_EQ(text(run(job)), "succeeded 6 0");
  EXPECT_EQ(documents_.stored.size(), 6U);
  EXPECT_EQ(documents_.finished, std::set<std::int64_t>{1});
  EXPECT_EQ(documents_.finished_early, 0);
  EXPECT_EQ(provider_.requests.size(), 3U);
  EXPECT_EQ(metrics_.count("call call ok"), 3);
  EXPECT_EQ(metrics_.count("parse parse ok"), 3);
  EXPECT_EQ(metrics_.count("step store ok"), 3);
}

TEST_F(Engine, RecordsFollowTheirSchema) {
  run(planned_job(1));
  const Document& document = documents_.of("f0");
  const schemas::Schemas schemas;
  EXPECT_EQ(schemas::to_text(schemas.document().validate(document.record)), "");
  EXPECT_EQ(document.record["doc"]["summary"], "Rehearses an answer.");
  EXPECT_EQ(document.record["doc"]["parameters"]["x"]["description"], "An input.");
  const Json& provenance = document.record["provenance"];
  EXPECT_EQ(provenance["model"], "test");
  EXPECT_EQ(provenance["tokens_in"], 100);
  EXPECT_EQ(provenance["cost_nusd"], 100 * 1000 + 50 * 2000);
  EXPECT_EQ(journal_.calls[0].charge, 200'000);
  EXPECT_EQ(journal_.calls[0].request_id, "req-7");
}

TEST_F(Engine, AParserThatCannotBeStartedIsWaitedFor) {
  outline::Service outlines(loop_, {.program = "/nonexistent/program"});
  Parts parts{loop_,   pool_,   log_,   random_,  outlines,   registry_,
              models_, routes_, *desk_, journal_, documents_, metrics_};
  std::optional<Outcome> outcome;
  const auto run = [&](std::shared_ptr<const Job> job) -> Task<void> {
    outcome = co_await docwright::pipeline::run(parts, std::move(job));
  };
  runs_->spawn("job", run(job()));
  const Time begin = clock_.now();
  loop_.run_until_idle();
  ASSERT_TRUE(outcome);
  EXPECT_THAT(text(*outcome), AllOf(StartsWith("parked outline: No outline child could be started"),
                                    HasSubstr("/nonexistent/program")));
  EXPECT_EQ(std::get<Parked>(*outcome).until, begin + std::chrono::seconds(30));
  EXPECT_TRUE(journal_.pins.empty());
}

TEST_F(Engine, TheOfflineModelNeedsNoProvider) {
  auto job = planned_job(2, 3);
  job->model = "offline";
  EXPECT_EQ(text(run(job)), "succeeded 6 0");
  EXPECT_EQ(provider_.requests.size(), 0U);
  EXPECT_EQ(documents_.of("f0").record["provenance"]["written_by"], "facts");
  EXPECT_EQ(journal_.committed(), 0);
  EXPECT_EQ(journal_.count("answered"), 2);
}

TEST_F(Engine, ARequestCarriesWhatItMust) {
  const auto job = planned_job(1);
  run(job);
  const HttpRequest& request = provider_.requests.at(0);
  const Json body = *parse_json(request.body);
  EXPECT_EQ(body["model"], "test-1");
  EXPECT_EQ(body["max_tokens"], 1000);
  EXPECT_EQ(body["messages"][0]["content"], "Write English.");
  EXPECT_THAT(body["messages"][1]["content"].get<std::string>(),
              StartsWith("def f0(x):\n    return x\n"));
  std::map<std::string, std::string> headers(request.headers.begin(), request.headers.end());
  EXPECT_EQ(headers.at("X-Client-Request-Id"), "job-1.0.call.0.1");
  EXPECT_EQ(trace_id(headers.at("traceparent")), trace_id(job->traceparent));
  EXPECT_NE(headers.at("traceparent"), job->traceparent);
}

TEST_F(Engine, ChunksRunSideBySideWithinTheLimit) {
  parts_->chunks_at_once = 4;
  EXPECT_EQ(text(run(planned_job(20))), "succeeded 20 0");
  EXPECT_EQ(provider_.most_in_flight, 4);
}

TEST_F(Engine, ARunGoesOnFromItsCheckpoint) {
  const auto job = planned_job(4);
  journal_.plans[1].chunks[0].stored = journal_.plans[1].chunks[2].stored = true;
  EXPECT_EQ(text(run(job)), "succeeded 2 0");
  EXPECT_EQ(provider_.requests.size(), 2U);
}

// The chunk in the middle cannot be used; the others are stored, then the job fails with the
// reason.
TEST_F(Engine, OneBadChunkDoesNotKeepTheOthers) {
  provider_.script = [](const HttpRequest& request, int) {
    return request.body.contains("f1") ? chat_completion("I would rather not.")
                                       : right_completion(request);
  };
  const Outcome outcome = run(planned_job(3));
  EXPECT_THAT(
      text(outcome),
      AllOf(StartsWith(
                "failed answer_invalid: chunk 1: the answer of 'test' could not be used, nor the "
                "one to the corrective question: the answer has no JSON object"),
            HasSubstr("--fresh")));
  EXPECT_EQ(documents_.stored.size(), 2U);
  EXPECT_TRUE(documents_.finished.empty());
  EXPECT_EQ(provider_.requests.size(), 4U);
}

TEST_F(Engine, AChunkThatWaitsKeepsTheJobWaiting) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (request.body.contains("f0")) return http_error(400, "invalid_request_error", "no");
    if (request.body.contains("f1")) return http_error(429, "insufficient_quota", "pay first");
    return right_completion(request);
  };
  parts_->chunks_at_once = 1;  // in order: the quota shuts the gate for f2, too
  EXPECT_THAT(text(run(planned_job(3))), StartsWith("parked quota:"));
}

TEST_F(Engine, StoreTroubleParksWithTheReason) {
  const auto job = planned_job(1);
  disk_.failure = Error{Code::no_space, "the disk is full"};
  const Outcome outcome = run(job);
  EXPECT_EQ(text(outcome), "parked store: the database could not be used: the disk is full");
  EXPECT_TRUE(std::get<Parked>(outcome).until);
  disk_.failure.reset();
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
}

TEST_F(Engine, AnAnswerThatTheFullDiskRefusedIsOfferedAgain) {
  const auto job = planned_job(1);
  provider_.script = [&](const HttpRequest& request, int) {
    disk_.failure = Error{Code::no_space, "the disk is full"};
    return right_completion(request);
  };
  spawn(job);
  TaskGroup later(loop_, [](const std::string&, const std::exception_ptr&) { ADD_FAILURE(); });
  struct Room {
    static Task<void> comes(Loop& loop, Disk& disk) {
      co_await loop.sleep(std::chrono::seconds(90));
      disk.failure.reset();
    }
  };
  later.spawn("room", Room::comes(loop_, disk_));
  loop_.run_until_idle();
  EXPECT_EQ(text(outcomes_.at(1)), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(Engine, TwoCallsOfOnePipelineAreChargedByThemselves) {
  const std::string yaml = R"(name: p
steps:
  - validate
  - chunk
  - call: {name: draft, model: test, answer_tokens_max: 1000, user: "{{code}}\n{{facts}}\n"}
  - call: {name: final, model: other, answer_tokens_max: 1000, user: "Draft: {{steps.draft.text}}\n{{facts}}\n"}
  - parse: {call: final}
  - store
)";
  EXPECT_EQ(text(run(planned_job(1, 1, 1, yaml))), "succeeded 1 0");
  ASSERT_EQ(provider_.requests.size(), 2U);
  EXPECT_THAT(
      (*parse_json(provider_.requests[1].body))["messages"][0]["content"].get<std::string>(),
      StartsWith(R"(Draft: {"documents":)"));
  EXPECT_EQ(journal_.count("answered"), 2);
  EXPECT_EQ(documents_.of("f0").record["provenance"]["model"], "other");
}

TEST_F(Engine, ValidateRefusesWithTheReason) {
  auto job = this->job();
  job->path = "node_modules/left/pad.py";
  EXPECT_THAT(text(run(job)),
              AllOf(StartsWith("failed source_refused:"), HasSubstr("node_modules")));
  EXPECT_TRUE(journal_.plans.empty());
}

TEST_F(Engine, ASourceThatKilledItsParserIsCutByLines) {
  auto job = this->job();
  journal_.pins[hex(job->source_hash)] = "the parser ran out of memory";
  EXPECT_THAT(text(run(job)), StartsWith("succeeded 1"));
  EXPECT_EQ(journal_.plans.at(1).fallback, "the parser ran out of memory");
}

class Promise2 : public PipelineWorld {};

// Killed at random operations of the disk, done or not, over and over: every document is stored
// once, and no question that has its answer on the disk is asked again.
TEST_F(Promise2, NoQuestionWithAnAnswerIsAskedAgainWhateverDies) {
  constexpr int kChunks = 6;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto row = static_cast<std::int64_t>(seed);
    auto job = planned_job(kChunks, 2, row);
    job->tenant = "t" + std::to_string(seed);  // so that no other round has paid its answers
    const std::size_t requests_before = provider_.requests.size(),
                      calls_before = journal_.calls.size();
    std::optional<Outcome> outcome;
    for (int attempt = 2; !outcome; ++attempt) {
      ASSERT_LT(attempt, 100);
      job->attempt = attempt;
      disk_.operations = 0;
      disk_.die_at = 1 + static_cast<int>(random.uniform() * 40);
      disk_.dies_after_writing = random.uniform() < 0.5;
      outcomes_.clear();
      spawn(job);
      loop_.run_until_idle();
      if (const auto ended = outcomes_.find(row); !disk_.dead && ended != outcomes_.end())
        outcome = ended->second;
      kill();
      start();
    }
    EXPECT_THAT(text(*outcome), StartsWith("succeeded"));
    EXPECT_TRUE(documents_.finished.contains(row));
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      const std::string first = "f" + std::to_string(chunk * 2);
      int asked = 0, unknown = 0, stored = 0;
      for (std::size_t i = requests_before; i < provider_.requests.size(); ++i) {
        asked += facts_in(provider_.requests[i])["targets"][0]["symbol"] == first ? 1 : 0;
      }
      for (std::size_t i = calls_before; i < journal_.calls.size(); ++i) {
        const auto& call = journal_.calls[i];
        unknown += call.key.chunk == chunk && call.state == "unknown" ? 1 : 0;
      }
      for (const auto& one : documents_.stored)
        stored += one.job == row && one.document.symbol == first ? 1 : 0;
      EXPECT_LE(asked, 1 + unknown);
      EXPECT_EQ(stored, 1);
    }
  }
  EXPECT_EQ(documents_.finished_early, 0);
}

}  // namespace
}  // namespace docwright::test
