// A job's own budget: nobody can raise it, so what it can never pay ends the job, and nothing else
// does.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/routes_fixture.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class JobBudget : public RoutesFixture {
 protected:
  JobBudget() {
    const std::string cheap =
        "  cheap: {provider: openai, api_name: cheap-1, window_tokens: 20000, output_tokens_max: "
        "8000, prices: {input: 0.1USD, output: 0.2USD}}\n";
    models_ = providers::Models::parse({{"models.yaml", kTestModels + cheap}}, registry_).value();
  }
  // What a question of planned_job() reserves.
  Nusd bound() {
    run(planned_job(1, 1, 1000));
    const Nusd bound = journal_.calls.at(0).bound;
    forget();
    return bound;
  }
  void forget() {
    journal_.calls.clear();
    documents_.stored.clear();
    provider_.requests.clear();
  }
  std::shared_ptr<Job> with_budget(std::shared_ptr<Job> job, Nusd limit) {
    job->tenant = "another";  // than the one whose answers are recorded
    journal_.job_limits[job->row] = limit;
    return job;
  }
};
class Promise3 : public JobBudget {};
class Promise6 : public JobBudget {};

// Room for two bounds at a time; what calls really cost leaves room for all.
TEST_F(Promise3, ReservationsOfItsOwnThatSettleFailNoJob) {
  const Nusd one = bound();
  const Nusd cost = 200'000;
  auto job = with_budget(planned_job(8), 2 * one + one / 2 + 8 * cost);
  EXPECT_EQ(text(run(job)), "succeeded 8 0");
  EXPECT_LE(journal_.committed(job->row, true), journal_.job_limits[job->row]);
}

TEST_F(Promise3, TheNextTargetIsCheaper) {
  const Nusd one = bound();
  EXPECT_EQ(text(run(with_budget(asking("[test, cheap]"), one - 1))), "succeeded 1 0");
  EXPECT_THAT(asked(), ElementsAre("cheap-1"));
}

TEST_F(Promise6, ABudgetThatFitsNoCallFailsAtOnce) {
  const Nusd one = bound();
  EXPECT_THAT(text(run(with_budget(planned_job(1), one - 1))),
              StartsWith("failed budget_exceeded: chunk 0, step 'call', model 'test': "));
  EXPECT_THAT(provider_.requests, IsEmpty());
}

// What fits is done and stays; the job ends when the rest cannot follow.
TEST_F(Promise6, ABudgetThatIsUsedUpEndsTheJobAfterWhatFits) {
  const Nusd one = bound();
  provider_.latency = std::chrono::minutes(3);  // longer than a run waits for reservations
  auto job = with_budget(planned_job(3), one + 1);
  Outcome outcome = run(job);
  ASSERT_THAT(text(outcome), StartsWith("parked budget: ")) << "one was in flight";
  ++job->attempt;
  outcome = run(job);
  EXPECT_THAT(text(outcome), AllOf(StartsWith("failed budget_exceeded: chunk "),
                                   HasSubstr("1 further chunk failed")));
  EXPECT_EQ(documents_.stored.size(), 1U);
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(Promise6, ABudgetThatFitsNoTargetSaysWhatEachNeeds) {
  EXPECT_THAT(text(run(with_budget(asking("[test, cheap]"), 1))),
              AllOf(StartsWith("failed budget_exceeded: chunk 0, step 'call', model 'test': "),
                    HasSubstr("; chunk 0, step 'call', model 'cheap': ")));
  EXPECT_THAT(provider_.requests, IsEmpty());
}

TEST_F(Promise6, ACheaperTargetThatIsDownIsWaitedFor) {
  const Nusd one = bound();
  provide({{"cheap-1", refused_connection()}});
  EXPECT_THAT(text(run(with_budget(asking("[test, cheap]"), one - 1))),
              StartsWith("parked provider_down: "));
}

TEST_F(Promise6, OfflineStandsInForWhatCannotBePaid) {
  EXPECT_EQ(text(run(with_budget(asking("[test, offline]"), 1))), "succeeded 1 0");
  EXPECT_THAT(provider_.requests, IsEmpty());
  EXPECT_EQ(written_by("f0"), "offline");
}

// What could be paid is kept where its correction cannot be.
TEST_F(Promise6, DocumentsWhoseCorrectionCannotBePaidAreFlagged) {
  const Nusd one = bound();
  provider_.script = [](const HttpRequest& request, int) {
    Json answer = right_answer(request);
    for (Json& document : answer["documents"]) document["parameters"] = Json::array();
    return chat_completion(dump_json(answer));
  };
  EXPECT_EQ(text(run(with_budget(planned_job(1), one))), "succeeded 1 1");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(Promise6, ACutAnswerIsKeptWhereALongerOneCannotBePaid) {
  const Nusd one = bound();
  provider_.script = [](const HttpRequest& request, int) {
    return chat_completion(dump_json(right_answer(request)), "length");
  };
  run(with_budget(planned_job(1), one));
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(documents_.stored.size(), 1U);
}

}  // namespace
}  // namespace docwright::test
