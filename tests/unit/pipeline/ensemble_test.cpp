// Several models asked about the same chunk, and one document made of what they say.
#include <gmock/gmock.h>

#include <set>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class EnsembleTest : public PipelineWorld {
 protected:
  static std::string steps(const std::string& parse) {
    return "name: p\nsteps:\n  - validate\n  - chunk\n"
           "  - call: {ensemble: [test, other, wide], answer_tokens_max: 1000, retries: 0, user: "
           "\"{{code}}\\n{{facts}}\\n\"}\n  - parse: " +
           parse + "\n  - store\n";
  }
  // Each model says something else of f0; `other` leaves out its parameter.
  void three_opinions() {
    provider_.script = [this](const HttpRequest& request, int) {
      Json answer = right_answer(request);
      const std::string model = (*parse_json(request.body))["model"].get<std::string>();
      Json& document = answer["documents"][0];
      document["summary"] = model == "test-1" ? "Rehearses once." : "Rehearses an answer.";
      if (model == "other-1") document["parameters"] = Json::array();
      if (request.body.contains("Others have answered")) document["summary"] = "Judges both.";
      asked_.insert(model);
      return chat_completion(dump_json(answer));
    };
  }

  std::set<std::string> asked_;
};

TEST_F(EnsembleTest, EveryAnswerIsASampleOfItsOwn) {
  three_opinions();
  EXPECT_EQ(text(run(planned_job(1, 1, 1, steps("{combine: best_checked}")))), "succeeded 1 0");
  EXPECT_EQ(asked_, (std::set<std::string>{"test-1", "other-1", "wide-1"}));
  EXPECT_EQ(provider_.most_in_flight, 3);
  std::set<int> samples;
  Nusd charged = 0;
  for (const auto& call : journal_.calls) {
    samples.insert(call.key.sample);
    charged += call.charge;
  }
  EXPECT_EQ(samples, (std::set<int>{0, 1, 2}));
  const Json& provenance = documents_.of("f0").record["provenance"];
  EXPECT_EQ(provenance["cost_nusd"], charged);
  EXPECT_EQ(provenance["corrected"], false);
  EXPECT_EQ(provenance["ensemble"], Json({"test", "other", "wide"}));
}

TEST_F(EnsembleTest, TheBestCheckedAnswerIsTaken) {
  three_opinions();
  run(planned_job(1, 1, 1, steps("{combine: best_checked}")));
  EXPECT_EQ(documents_.of("f0").record["doc"]["summary"], "Rehearses once.");
}

TEST_F(EnsembleTest, TheMajorityDecidesFieldByField) {
  three_opinions();
  run(planned_job(1, 1, 1, steps("{combine: majority}")));
  EXPECT_EQ(documents_.of("f0").record["doc"]["summary"], "Rehearses an answer.");
  EXPECT_EQ(documents_.of("f0").record["doc"]["parameters"].size(), 1U);
}

TEST_F(EnsembleTest, AJudgeWritesTheLastWord) {
  three_opinions();
  EXPECT_EQ(text(run(planned_job(1, 1, 1, steps("{combine: judge, judge: wide}")))),
            "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 4U);
  EXPECT_EQ(documents_.of("f0").record["doc"]["summary"], "Judges both.");
}

TEST_F(EnsembleTest, WhoRefusesIsDoneWithout) {
  provider_.script = [](const HttpRequest& request, int) {
    const std::string model = (*parse_json(request.body))["model"].get<std::string>();
    return model == "test-1" ? http_error(404, "model_not_found", "no such model")
                             : right_completion(request);
  };
  EXPECT_EQ(text(run(planned_job(1, 1, 1, steps("{combine: majority}")))), "succeeded 1 0");
}

TEST_F(EnsembleTest, WithoutAnyAnswerTheFirstRefusalIsTheReason) {
  provider_.script = [](const HttpRequest&, int) {
    return http_error(404, "model_not_found", "no such model");
  };
  EXPECT_THAT(text(run(planned_job(1, 1, 1, steps("{}")))), HasSubstr("model 'test'"));
}

TEST_F(EnsembleTest, WhatIsParkedIsNotPaidTwice) {
  int parked = 1;
  provider_.script = [&](const HttpRequest& request, int) {
    const std::string model = (*parse_json(request.body))["model"].get<std::string>();
    return model == "other-1" && parked-- > 0
               ? http_error(429, "insufficient_quota", "You exceeded your current quota")
               : right_completion(request);
  };
  auto job = planned_job(1, 1, 1, steps("{combine: majority}"));
  EXPECT_THAT(text(run(job)), StartsWith("parked quota"));
  clock_.advance(std::chrono::hours(2));
  job->attempt = 3;
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 4U);
}

TEST_F(EnsembleTest, ASubmitThatNamesAModelAsksThatOne) {
  three_opinions();
  auto job = planned_job(1, 1, 1, steps("{combine: majority}"));
  job->model = "wide";
  EXPECT_EQ(text(run(job)), "succeeded 1 0");
  EXPECT_EQ(asked_, std::set<std::string>{"wide-1"});
}

}  // namespace
}  // namespace docwright::test
