#include "pipeline/parse/combine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Combined : public ::testing::Test {
 protected:
  Combined() {
    outline::Definition f;
    f.symbol = f.name = "f";
    f.parameters = {{"x", "", "", ""}};
    f.returns_value = true;
    targets_ = {f};
  }

  // An answer as it is examined: text of f's document, with or without what the code asks for.
  Examination sample(const std::string& summary, const std::string& x,
                     const std::string& returns = "Twice of it.",
                     const std::string& raises = "[]") {
    providers::Answer answer;
    answer.text = R"({"documents":[{"symbol":"f","summary":")" + summary +
                  R"(","description":"","parameters":[{"name":"x","description":")" + x +
                  R"("}],"returns":")" + returns + R"(","yields":"","raises":)" + raises + "}]}";
    return examine({answer, targets_, AnswerSchema::shared, outline::Language::python, "", rules_});
  }
  Examination broken() {
    providers::Answer answer;
    answer.text = "I would rather not.";
    return examine({answer, targets_, AnswerSchema::shared, outline::Language::python, "", rules_});
  }
  Draft of(Combine rule, std::vector<Examination> samples) {
    last_ = combined(rule, std::move(samples), {targets_, outline::Language::python, "", rules_});
    return last_.documents.front().draft;
  }

  std::vector<outline::Definition> targets_;
  CheckRules rules_;
  Examination last_;
};

TEST_F(Combined, OneAnswerIsTheAnswer) {
  EXPECT_EQ(of(Combine::majority, {sample("Doubles a number.", "The number.")}).summary,
            "Doubles a number.");
}

TEST_F(Combined, BestCheckedTakesTheDocumentWithTheFewestErrors) {
  const Draft draft = of(Combine::best_checked, {broken(), sample("Doubles it.", "It.", ""),
                                                 sample("Doubles a number.", "The number.")});
  EXPECT_EQ(draft.summary, "Doubles a number.");
  EXPECT_TRUE(last_.usable());
}

TEST_F(Combined, FirstValidTakesTheFirstThatBreaksNoCheck) {
  const Draft draft = of(Combine::first_valid, {sample("Doubles it.", "It.", ""),
                                                sample("Doubles a number.", "The number."),
                                                sample("Gives twice a number.", "A number.")});
  EXPECT_EQ(draft.summary, "Doubles a number.");
}

TEST_F(Combined, FirstValidWithoutAValidOneTakesTheBest) {
  const Draft draft = of(Combine::first_valid, {broken(), sample("Doubles it.", "It.", "")});
  EXPECT_EQ(draft.summary, "Doubles it.");
}

TEST_F(Combined, MajorityDecidesFieldByField) {
  const Draft draft = of(Combine::majority, {sample("Doubles a number.", "What to double."),
                                             sample("doubles a  number.", "The number."),
                                             sample("Gives twice a number.", "The number.")});
  EXPECT_EQ(draft.summary, "Doubles a number.");
  ASSERT_EQ(draft.parameters.size(), 1U);
  EXPECT_EQ(draft.parameters.front().description, "The number.");
}

TEST_F(Combined, WithoutAMajorityTheBestCheckedStands) {
  const Draft draft = of(Combine::majority, {sample("Doubles it.", "It.", ""),
                                             sample("Doubles a number.", "The number."),
                                             sample("Gives twice a number.", "A number.")});
  EXPECT_EQ(draft.summary, "Doubles a number.");
  EXPECT_EQ(draft.returns, "Twice of it.");
}

TEST_F(Combined, AnExceptionNeedsAMajority) {
  const std::string value = R"([{"type":"ValueError","when":"If x is negative."}])";
  const std::string both =
      R"([{"type":"ValueError","when":"Never."},{"type":"KeyError","when":"Never."}])";
  targets_.front().raises = {"ValueError"};
  const Draft draft = of(Combine::majority, {sample("Doubles a number.", "It.", "Twice.", value),
                                             sample("Doubles a number.", "It.", "Twice.", both),
                                             sample("Doubles a number.", "It.", "Twice.", value)});
  EXPECT_THAT(draft.raises, ElementsAre(Draft::Raise{"ValueError", "If x is negative."}));
}

TEST_F(Combined, NothingUsableStaysUnusable) {
  of(Combine::best_checked, {broken(), broken()});
  EXPECT_FALSE(last_.usable());
}

TEST_F(Combined, AJudgeSeesEveryAnswer) {
  const std::vector<std::string> answers = {"first", "second"};
  EXPECT_THAT(judgement(answers), HasSubstr("<answer number=\"2\">\nsecond\n</answer>"));
}

}  // namespace
}  // namespace docwright::pipeline
