// What a provider finds too long: sent once, then to a larger window, or divided.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/routes_fixture.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ContextOverflow : public RoutesFixture {};

// SWE-agent/mini-swe-agent #923, and the report that started this project: what a provider finds
// too long is sent once, whatever we counted.
TEST_F(ContextOverflow, MiniSweAgent923AContextOverflowIsSentOnce) {
  provide({{"test-1", http_error(400, "context_length_exceeded",
                                 "This model's maximum context length is 128000 tokens. However, "
                                 "you requested 128007 tokens (2133 in the messages, 125874 in "
                                 "the completion).")}});
  EXPECT_THAT(text(run(asking("test"))),
              AllOf(HasSubstr("failed call_failed"), HasSubstr("context_length"),
                    HasSubstr("one target and cannot be divided")));
  EXPECT_THAT(asked(), ElementsAre("test-1"));
}

TEST_F(ContextOverflow, AWindowSmallerThanTheCatalogueSaysIsNamed) {
  provide({{"test-1", http_error(400, "context_length_exceeded",
                                 "This model's maximum context length is 8192 tokens. However, "
                                 "you requested 9000 tokens (8000 in the messages, 1000 in the "
                                 "completion).")}});
  EXPECT_THAT(
      text(run(asking("test"))),
      HasSubstr("it takes 8192 tokens, not 20000: models.test.window_tokens should say so"));
}

TEST_F(ContextOverflow, AContextOverflowMovesToALargerWindow) {
  provide({{"test-1", http_error(400, "context_length_exceeded", "too long")}});
  EXPECT_EQ(text(run(asking("[test, other, wide]"))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("test-1", "wide-1"));  // the other's is not larger
}

TEST_F(ContextOverflow, AContextOverflowDividesTheChunk) {
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

TEST_F(ContextOverflow, ADividedChunkSurvivesARestart) {
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

}  // namespace
}  // namespace docwright::test
