#include "providers/offline/offline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/offline/words.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using testing::expect_valid;
using ::testing::HasSubstr;

const LocalAnswerer& offline_model() {
  static const Provider provider = offline::provider();
  return *provider.local;
}

Question question_with(const Json& schema, const Json& facts = testing::facts()) {
  Question question;
  question.model = "offline";
  question.answer_tokens_max = 1000;
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(schema);
  question.facts = std::make_shared<const Json>(facts);
  return question;
}

Json answered(const Json& schema, const Json& facts = testing::facts()) {
  const CallResult<Answer> answer = offline_model().answer(question_with(schema, facts));
  EXPECT_TRUE(answer.has_value());
  return answer ? Json::parse(answer->text) : Json();
}

TEST(Offline, ExactAnswers) {
  const Json answer = answered(testing::exact_schema());
  expect_valid(testing::exact_schema(), answer);
  const Json& next = answer["documents"]["Reader.next"];
  EXPECT_EQ(next["summary"], "Reads the following block.");
  EXPECT_EQ(next["description"], "Blocks overlap.");
  EXPECT_EQ(next["parameters"]["size"], "How many bytes to take.");
  EXPECT_EQ(next["parameters"]["rest"], "Further arguments, as many as are given.");
  EXPECT_EQ(next["returns"], "A value of type `bytes`.");
  EXPECT_EQ(next["raises"], Json::parse(R"([{"type": "EOFError", "when": "At the end."},
                                            {"type": "ValueError", "when": "Raised in the body of `next`."}])"));
  const Json& helper = answer["documents"]["helper"];
  EXPECT_EQ(helper["summary"], "Function taking no arguments, which yields values.");
  EXPECT_FALSE(helper["yields"].get<std::string>().empty());
}

TEST(Offline, SharedAnswers) {
  const Json answer = answered(testing::shared_schema());
  expect_valid(testing::shared_schema(), answer);
  ASSERT_EQ(answer["documents"].size(), 2U);
  const Json& next = answer["documents"][0];
  EXPECT_EQ(next["symbol"], "Reader.next");
  EXPECT_EQ(next["parameters"][0],
            (Json{{"name", "size"}, {"description", "How many bytes to take."}}));
  EXPECT_EQ(next["yields"], "");
  EXPECT_EQ(answer["documents"][1]["returns"], "");
  EXPECT_EQ(answer["documents"][1]["parameters"], Json::array());
}

TEST(Offline, TheSameQuestionHasTheSameAnswerForNothing) {
  const auto first = offline_model().answer(question_with(testing::shared_schema()));
  const auto second = offline_model().answer(question_with(testing::shared_schema()));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->text, second->text);
  EXPECT_EQ(first->response_id, second->response_id);
  EXPECT_EQ(first->usage, Usage{});
  EXPECT_EQ(first->finish, Finish::complete);
}

TEST(Offline, NotesWhereTheSchemaHasThem) {
  Json schema = testing::shared_schema();
  Json& document = schema["properties"]["documents"]["items"];
  document["properties"]["notes"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  document["required"].push_back("notes");
  const Json answer = answered(schema);
  expect_valid(schema, answer);
  EXPECT_THAT(answer["documents"][0]["notes"][0].get<std::string>(), HasSubstr("Written offline"));
}

TEST(Offline, SchemasOfOtherShapesAreFilledAsTheySay) {
  const Json schema = Json::parse(R"({
    "type": "object", "additionalProperties": false, "required": ["documents", "confidence"],
    "properties": {
      "confidence": {"enum": ["high", "low"]},
      "documents": {"type": "array", "items": {"$ref": "#/$defs/document"}}},
    "$defs": {"document": {
      "type": "object", "additionalProperties": false, "required": ["summary", "returns", "parameters", "level"],
      "properties": {
        "summary": {"type": "string"},
        "returns": {"type": ["string", "null"]},
        "level": {"type": "integer", "minimum": 3},
        "parameters": {"type": "array", "items": {
          "type": "object", "required": ["name", "description"], "additionalProperties": false,
          "properties": {"name": {"type": "string"}, "description": {"type": "string"}}}}}}}})");
  const Json answer = answered(schema);
  expect_valid(schema, answer);
  EXPECT_EQ(answer["documents"][1]["returns"], nullptr);
  EXPECT_EQ(answer["documents"][1]["level"], 3);
}

TEST(Offline, WithoutFactsItDoesNotAnswer) {
  Question question = question_with(testing::shared_schema());
  question.facts = nullptr;
  const CallResult<Answer> answer = offline_model().answer(question);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().error_class, ErrorClass::invalid_request);
  EXPECT_FALSE(answer.error().maybe_charged);
}

TEST(Offline, FactsOfWrongTypesAreNoFacts) {
  const Json answer =
      answered(testing::shared_schema(),
               Json::parse(R"({"targets": [5, {"symbol": 7, "parameters": [3, {}]}]})"));
  expect_valid(testing::shared_schema(), answer);
}

// --- words ---

offline::Facts function(std::string name, std::string existing = {}) {
  offline::Facts facts;
  facts.kind = "function";
  facts.name = facts.symbol = std::move(name);
  facts.existing_doc = std::move(existing);
  return facts;
}

TEST(OfflineWords, ASummaryIsOneSentenceOfAtMost120Bytes) {
  std::string words = "Walks the tree of entries in the order in which they were written";
  for (int i = 0; i < 10; ++i) words += ", and then some more of them";
  const std::string summary = words_of(function("walk", words)).summary;
  EXPECT_LE(summary.size(), 120U);
  EXPECT_TRUE(summary.starts_with("Walks the tree"));
  EXPECT_TRUE(summary.ends_with('.'));
  EXPECT_EQ(words_of(function("walk", "Is it open?")).summary, "Is it open.");
}

TEST(OfflineWords, ASummaryThatRepeatsTheNameIsReplaced) {
  EXPECT_EQ(words_of(function("read_file", "Read the file.")).summary,
            "Function taking no arguments.");
  EXPECT_EQ(words_of(function("readFile", "Reads a file from the disk.")).summary,
            "Reads a file from the disk.");
}

TEST(OfflineWords, WordsOfPersonsAreNotTakenOver) {
  const offline::Words words =
      words_of(function("walk", "We walk the tree of entries. I hope it helps."));
  EXPECT_EQ(words.summary, "Function taking no arguments.");
  EXPECT_EQ(words.description, "");
}

TEST(OfflineWords, ReturnsExactlyWhereAValueIsReturned) {
  offline::Facts facts = function("walk", "Walks entries.\n\nReturns:\n    The entry.\n");
  EXPECT_EQ(words_of(facts).returns, "");
  facts.returns_value = true;
  EXPECT_EQ(words_of(facts).returns, "The entry.");
}

TEST(OfflineWords, EveryKindHasASummary) {
  for (const char* kind : {"module", "namespace", "class", "struct", "union", "enum", "function",
                           "method", "constructor", "destructor", "operator", "type_alias", "macro",
                           "concept", "variable", "unheard of"}) {
    offline::Facts facts = function("x");
    facts.kind = kind;
    facts.signature = "x of some kind";
    const std::string summary = words_of(facts).summary;
    EXPECT_TRUE(summary.ends_with('.')) << kind;
    EXPECT_LE(summary.size(), 120U);
  }
}

TEST(OfflineWords, ManyParametersAndLongTypesStayWithinASentence) {
  offline::Facts facts = function(std::string(100, 'f'));
  for (int i = 0; i < 30; ++i)
    facts.parameters.push_back({std::string(60, 'p'), std::string(200, 't'), "None", "keyword"});
  facts.returns_value = true;
  facts.return_type = std::string(300, 'r');
  const offline::Words words = words_of(facts);
  EXPECT_EQ(words.summary, "Function taking 30 parameters, which gives back a value.");
  EXPECT_EQ(words.parameters.size(), 30U);
}

}  // namespace
}  // namespace docwright::providers
