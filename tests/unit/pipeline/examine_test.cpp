#include "pipeline/parse/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Examine : public ::testing::Test {
 protected:
  Examine() {
    outline::Definition f, g;
    f.symbol = f.name = "f";
    f.parameters = {{"x", "", "", ""}};
    f.returns_value = true;
    g.symbol = g.name = "g";
    targets = {f, g};
  }

  Examination run(std::string text, providers::Finish finish = providers::Finish::complete,
                  AnswerSchema form = AnswerSchema::shared) {
    answer.text = std::move(text);
    answer.finish = finish;
    return examine({answer, targets, form, outline::Language::python, "", rules});
  }
  static std::vector<std::string> rules_of(const Examination::Document& document) {
    std::vector<std::string> found;
    for (const Finding& finding : document.findings) found.push_back(finding.rule);
    return found;
  }

  const std::string f_ =
      R"({"symbol":"f","summary":"Doubles a number.","description":"",)"
      R"("parameters":[{"name":"x","description":"The number."}],"returns":"Twice of it.","yields":"","raises":[]})";
  const std::string g_ =
      R"({"symbol":"g","summary":"Waits for the queue.","description":"","parameters":[],"returns":"","yields":"","raises":[]})";
  std::vector<outline::Definition> targets;
  providers::Answer answer;
  CheckRules rules;
};

TEST_F(Examine, ARightAnswerHasNoFindings) {
  const Examination examination = run("{\"documents\":[" + f_ + "," + g_ + "]}");
  EXPECT_TRUE(examination.usable());
  for (const auto& document : examination.documents) EXPECT_THAT(rules_of(document), IsEmpty());
}

TEST_F(Examine, BothFormsAreReadAlike) {
  const Examination shared = run("{\"documents\":[" + f_ + "," + g_ + "]}");
  const Examination exact = run(
      R"({"documents":{"f":{"summary":"Doubles a number.","description":"","parameters":{"x":"The number."},)"
      R"("returns":"Twice of it."},"g":{"summary":"Waits for the queue.","description":""}}})",
      providers::Finish::complete, AnswerSchema::exact);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(shared.documents[i].draft, exact.documents[i].draft);
    EXPECT_THAT(rules_of(exact.documents[i]), IsEmpty());
  }
}

TEST_F(Examine, RepairsAreOnEveryRecord) {
  const Examination examination = run("```json\n{\"documents\":[" + f_ + "," + g_ + ",]}\n```");
  for (const auto& document : examination.documents) {
    ASSERT_THAT(rules_of(document), ElementsAre("J01"));
    EXPECT_EQ(document.findings[0].message, "removed a surplus comma; removed a code fence");
    EXPECT_FALSE(has_errors(document.findings));
  }
}

TEST_F(Examine, ViolationsOfTheSchemaAreWarnings) {
  const Examination examination =
      run(R"({"documents":[{"symbol":"g","summary":"Waits for the queue.","mood":"good"},)" + f_ +
          "]}");
  ASSERT_THAT(rules_of(examination.documents[1]), ElementsAre("J02"));
  EXPECT_THAT(examination.documents[1].findings[0].message, HasSubstr("/documents/0"));
  EXPECT_FALSE(has_errors(examination.documents[1].findings));
  EXPECT_THAT(rules_of(examination.documents[0]), IsEmpty());
}

TEST_F(Examine, AMissingTargetNamesTheStrangerInItsPlace) {
  const Examination examination =
      run(R"({"documents":[)" + f_ + R"(,{"symbol":"gg","summary":"Waits."}]})");
  EXPECT_TRUE(examination.usable());
  ASSERT_THAT(rules_of(examination.documents[1]), ElementsAre("T01"));
  EXPECT_THAT(examination.documents[1].findings[0].message, HasSubstr("'gg'"));
}

TEST_F(Examine, TheDocumentThatTheCutWentThroughIsNotGood) {
  const std::string whole = "{\"documents\":[" + f_ + "," + g_ + "]}";
  const Examination examination =
      run(whole.substr(0, whole.size() - 30), providers::Finish::length);
  EXPECT_THAT(rules_of(examination.documents[0]), ElementsAre("J01"));
  EXPECT_FALSE(has_errors(examination.documents[0].findings));
  EXPECT_THAT(rules_of(examination.documents[1]), ::testing::Contains("S04"));
  EXPECT_TRUE(has_errors(examination.documents[1].findings));
}

TEST_F(Examine, TheCutIsFoundInTheExactFormToo) {
  const Examination examination = run(
      R"({"documents":{"f":{"summary":"Doubles a number.","parameters":{"x":"The number."},"returns":"Twice of it."},)"
      R"("g":{"summary":"Waits for the queue.","description":"It)",
      providers::Finish::length, AnswerSchema::exact);
  EXPECT_FALSE(has_errors(examination.documents[0].findings));
  EXPECT_THAT(rules_of(examination.documents[1]), ::testing::Contains("S04"));
}

TEST_F(Examine, CutBeforeAnythingIsNoBadJson) {
  EXPECT_EQ(run("", providers::Finish::length).unusable,
            "the answer was cut at its limit before its first document");
  EXPECT_EQ(run("{\"documents\":[{\"sym", providers::Finish::length).unusable,
            "the answer was cut before its first document was complete");
}

TEST_F(Examine, RefusalsSayWhatWasSaid) {
  const Examination examination = run("I will not.", providers::Finish::refusal);
  EXPECT_TRUE(examination.refused);
  EXPECT_EQ(examination.unusable, "the model refused: \"I will not.\"");
  EXPECT_TRUE(run("", providers::Finish::content_filter).refused);
}

TEST_F(Examine, CorrectionsNameRulesAndTargetsButNoBadWords) {
  Examination examination = run(
      R"({"documents":[{"symbol":"f","summary":"Let me know if it doubles.","parameters":[{"name":"y","description":"A."}],"returns":"B."},)" +
      g_ + "]}");
  const std::string text = correction(examination, targets);
  EXPECT_THAT(text, AllOf(HasSubstr("- f\n"), HasSubstr("P01: the parameter 'x' is not documented"),
                          HasSubstr("P02: 'y' is not a parameter"),
                          HasSubstr("S03: The text is about the code"),
                          Not(HasSubstr("et me know")), Not(HasSubstr("- g"))));
}

TEST_F(Examine, WithoutRepairProseIsAnError) {
  rules.repair = false;
  EXPECT_THAT(run("Here: {\"documents\":[]}").unusable, HasSubstr("not JSON"));
}

}  // namespace
}  // namespace docwright::pipeline
