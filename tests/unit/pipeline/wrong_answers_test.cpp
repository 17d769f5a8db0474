// Answers that are wrong: mended, asked for again once, or flagged; never good.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/script_fixture.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WrongAnswers : public ScriptFixture {};

TEST_F(WrongAnswers, HalfAJsonIsAskedAgainOnce) {
  first(1, chat_completion(R"({"documents":[{"symbol":"f0","summ)"));
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  ASSERT_EQ(provider_.requests.size(), 2U);
  EXPECT_THAT(provider_.requests[1].body,
              HasSubstr("An earlier answer to this question was wrong."));
  EXPECT_EQ(journal_.calls[1].key.question, 1);
  EXPECT_EQ(documents_.of("f0").record["provenance"]["corrected"], true);
}

TEST_F(WrongAnswers, ProseAroundTheJsonIsMended) {
  provider_.script = [](const HttpRequest& request, int) {
    return chat_completion("Sure! Here it is:\n```json\n" + dump_json(right_answer(request)) +
                           "\n```\nAnything else?");
  };
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
  const Document& document = documents_.of("f0");
  ASSERT_EQ(document.findings.size(), 1U);
  EXPECT_EQ(document.findings[0].rule, "J01");
  EXPECT_EQ(document.findings[0].severity, "warning");
}

class Promise8 : public ScriptFixture {};

// An unknown parameter, a missing return, an invented exception: asked again once, then stored as
// flagged; never as good.
TEST_F(Promise8, ADocumentThatContradictsTheCodeIsNeverGood) {
  const std::vector<std::pair<std::string, std::function<void(Json&)>>> lies = {
      {"P02", [](Json& document) { document["parameters"][0]["name"] = "wrong_name"; }},
      {"R02", [](Json& document) { document["returns"] = ""; }},
      {"X02", [](Json& document) {
         document["raises"] = Json::array({Json{{"type", "MadeUpError"}, {"when", "Never."}}});
       }}};
  std::int64_t row = 0;
  for (const auto& [rule, lie] : lies) {
    SCOPED_TRACE(rule);
    const std::size_t before = provider_.requests.size();
    provider_.script = [&lie](const HttpRequest& request, int) {
      Json answer = right_answer(request);
      lie(answer["documents"][0]);
      return chat_completion(dump_json(answer));
    };
    auto job = planned_job(1, 1, ++row);
    job->tenant = rule;  // so that no other round has paid its answer
    EXPECT_EQ(text(run(job)), "succeeded 1 1");
    EXPECT_EQ(provider_.requests.size() - before, 2U);
    const Document& document = documents_.stored.back().document;
    EXPECT_TRUE(document.flagged);
    EXPECT_EQ(document.record["checks"]["status"], "flagged");
    EXPECT_EQ(metrics_.count("check " + rule + " error"), 1);
  }
}

TEST_F(Promise8, ARightSecondAnswerIsGood) {
  provider_.script = [](const HttpRequest& request, int number) {
    Json answer = right_answer(request);
    if (number == 0) answer["documents"][0]["returns"] = "";
    return chat_completion(dump_json(answer));
  };
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 2U);
  EXPECT_FALSE(documents_.of("f0").flagged);
}

// Asked again for the wrong one alone, then stored as flagged.
TEST_F(WrongAnswers, WrongParameterNames) {
  provider_.script = [](const HttpRequest& request, int) {
    Json answer = right_answer(request);
    for (Json& document : answer["documents"]) {
      if (document["symbol"] == "f1") document["parameters"][0]["name"] = "wrong_name";
    }
    return chat_completion(dump_json(answer));
  };
  EXPECT_EQ(text(run(planned_job(1, 3))), "succeeded 3 1");
  ASSERT_EQ(provider_.requests.size(), 2U);
  EXPECT_EQ(facts_in(provider_.requests[1])["targets"].size(), 1U);
  EXPECT_THAT(provider_.requests[1].body,
              AllOf(HasSubstr("P01: the parameter 'x' is not documented"),
                    HasSubstr("P02: 'wrong_name' is not a parameter")));
  EXPECT_TRUE(documents_.of("f1").flagged);
  EXPECT_FALSE(documents_.of("f0").flagged);
  EXPECT_EQ(documents_.of("f1").record["checks"]["status"], "flagged");
  EXPECT_EQ(metrics_.count("check P02 error"), 1);
}

TEST_F(WrongAnswers, ATargetThatIsMissingIsAskedForAlone) {
  provider_.script = [](const HttpRequest& request, int number) {
    Json answer = right_answer(request);
    if (number == 0) answer["documents"].erase(0);
    return chat_completion(dump_json(answer));
  };
  EXPECT_EQ(text(run(planned_job(1, 3))), "succeeded 3 0");
  EXPECT_EQ(facts_in(provider_.requests[1])["targets"].size(), 1U);
}

TEST_F(WrongAnswers, ATargetThatStaysMissingIsFlagged) {
  provider_.script = [](const HttpRequest& request, int) {
    Json answer = right_answer(request);
    std::erase_if(answer["documents"].get_ref<Json::array_t&>(),
                  [](const Json& document) { return document["symbol"] == "f1"; });
    return chat_completion(dump_json(answer));
  };
  EXPECT_EQ(text(run(planned_job(1, 2))), "succeeded 2 1");
  EXPECT_EQ(documents_.of("f1").findings[0].rule, "T01");
}

TEST_F(WrongAnswers, ACutAnswerIsAskedForWithAHigherLimit) {
  provider_.script = [](const HttpRequest& request, int number) {
    const std::string text = dump_json(right_answer(request));
    return number == 0 ? chat_completion(text.substr(0, text.size() / 2), "length")
                       : chat_completion(text);
  };
  EXPECT_EQ(text(run(planned_job(1))), "succeeded 1 0");
  ASSERT_EQ(provider_.requests.size(), 2U);
  EXPECT_EQ((*parse_json(provider_.requests[1].body))["max_tokens"], 4000);
  EXPECT_THAT(provider_.requests[1].body, Not(HasSubstr("An earlier answer")));
}

// What was complete is kept; what was not is asked for alone; what is cut even then is flagged.
TEST_F(WrongAnswers, AnAnswerThatStaysCutGivesWhatItHas) {
  provider_.script = [](const HttpRequest& request, int) {
    const std::string text = dump_json(right_answer(request));
    return chat_completion(text.substr(0, text.size() - 40), "length");
  };
  EXPECT_EQ(text(run(planned_job(1, 3))), "succeeded 3 1");
  EXPECT_EQ(provider_.requests.size(), 4U);  // asked, raised; the last target alone, raised
  EXPECT_TRUE(documents_.of("f2").flagged);
}

TEST_F(WrongAnswers, ARefusalIsNotArguedWith) {
  always(chat_completion("I can't help with that.", "content_filter"));
  EXPECT_THAT(text(run(planned_job(1))),
              AllOf(StartsWith("failed answer_invalid:"), HasSubstr("content filter")));
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(WrongAnswers, WithoutUsageTheBoundStaysCharged) {
  provider_.script = [](const HttpRequest& request, int) {
    return chat_completion(dump_json(right_answer(request)), "stop", false);
  };
  run(planned_job(1));
  EXPECT_EQ(journal_.committed(), journal_.calls[0].bound);
}

}  // namespace
}  // namespace docwright::test
