#include "providers/gemini/gemini.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const Codec& codec() {
  static const Provider provider = gemini::provider();
  return *provider.codec;
}

Question small_question() {
  Question question;
  question.model = "gemini-2.5-flash";
  question.messages = {{"system", "You document code."},
                       {"user", "def g(): pass"},
                       {"assistant", "{}"},
                       {"user", "def f(): \"quoted\"\n\tä"}};
  question.answer_tokens_max = 700;
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(Json::parse(
      R"({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
          "additionalProperties": false})"));
  return question;
}

Endpoint endpoint() {
  return {"https://generativelanguage.googleapis.com/v1beta", "AIza-secret", "", {}, "", ""};
}

Json body_of(const Question& question, const Dialect& dialect) {
  return Json::parse(codec().encode(question, dialect, endpoint(), false).body);
}

TEST(GeminiRequest, TheKeyStandsInAHeaderOnly) {
  for (const bool stream : {false, true}) {
    const HttpRequest request = codec().encode(small_question(), {}, endpoint(), stream);
    EXPECT_THAT(request.headers, Contains(Pair("x-goog-api-key", "AIza-secret")));
    EXPECT_EQ((request.url + request.body).find("AIza-secret"), std::string::npos);
  }
}

TEST(GeminiRequest, TheAddressNamesTheModel) {
  const auto url = [](std::string model, bool stream) {
    Question question = small_question();
    question.model = std::move(model);
    return codec().encode(question, {}, endpoint(), stream).url;
  };
  const std::string models = "https://generativelanguage.googleapis.com/v1beta/models/";
  EXPECT_EQ(url("gemini-2.5-flash", false), models + "gemini-2.5-flash:generateContent");
  EXPECT_EQ(url("models/gemini-2.5-flash", true),
            models + "gemini-2.5-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(url("my model/x?y", false), models + "my%20model%2Fx%3Fy:generateContent");
}

TEST(GeminiRequest, WholeBody) {
  EXPECT_EQ(body_of(small_question(), {}), Json::parse(R"({
    "systemInstruction": {"parts": [{"text": "You document code."}]},
    "contents": [{"role": "user", "parts": [{"text": "def g(): pass"}]},
                 {"role": "model", "parts": [{"text": "{}"}]},
                 {"role": "user", "parts": [{"text": "def f(): \"quoted\"\n\tä"}]}],
    "generationConfig": {"maxOutputTokens": 700, "responseMimeType": "application/json",
      "responseJsonSchema": {"type": "object", "properties": {"a": {"type": "string"}},
        "propertyOrdering": ["a"], "required": ["a"], "additionalProperties": false}}})"));
}

TEST(GeminiRequest, OtherFormsOfTheAnswer) {
  const Json tool = body_of(small_question(), {.structured = Structured::tool});
  EXPECT_EQ(tool["tools"][0]["functionDeclarations"][0]["name"], "documents");
  EXPECT_TRUE(tool["tools"][0]["functionDeclarations"][0].contains("parametersJsonSchema"));
  EXPECT_EQ(tool["toolConfig"], Json::parse(R"({"functionCallingConfig":
    {"mode": "ANY", "allowedFunctionNames": ["documents"]}})"));
  EXPECT_FALSE(tool["generationConfig"].contains("responseMimeType"));
  const Json object = body_of(small_question(), {.structured = Structured::json_object});
  EXPECT_EQ(object["generationConfig"]["responseMimeType"], "application/json");
  EXPECT_FALSE(object["generationConfig"].contains("responseJsonSchema"));
  EXPECT_THAT(object["systemInstruction"]["parts"][1]["text"].get<std::string>(),
              HasSubstr("JSON Schema"));
  EXPECT_FALSE(
      body_of(small_question(), {.structured = Structured::none})["generationConfig"].contains(
          "responseMimeType"));
}

TEST(GeminiRequest, NoTurnIsEmptyAndTurnsAlternate) {
  Question question = small_question();
  question.messages = {{"system", ""}, {"user", "a"}, {"assistant", " "}, {"user", "b"}};
  const Json body = body_of(question, {});
  EXPECT_FALSE(body.contains("systemInstruction"));
  EXPECT_EQ(body["contents"],
            Json::parse(R"([{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}])"));
}

TEST(GeminiRequest, ParametersUnderTheirOwnNames) {
  Question question = small_question();
  question.parameters = {{"temperature", 0},
                         {"top_p", 0.9},
                         {"seed", 7},
                         {"stop", "END"},
                         {"presence_penalty", 0.5},
                         {"frequencyPenalty", 0.25},
                         {"thinkingConfig", {{"thinkingBudget", 0}}},
                         {"safetySettings", Json::array()},
                         {"maxOutputTokens", 99999},
                         {"candidateCount", 8},
                         {"response_format", "x"}};
  const Json body = body_of(question, {});
  const Json& config = body["generationConfig"];
  EXPECT_EQ(config["temperature"], 0);
  EXPECT_EQ(config["topP"], 0.9);
  EXPECT_EQ(config["seed"], 7);
  EXPECT_EQ(config["stopSequences"], Json({"END"}));
  EXPECT_EQ(config["presencePenalty"], 0.5);
  EXPECT_EQ(config["frequencyPenalty"], 0.25);
  EXPECT_EQ(config["thinkingConfig"]["thinkingBudget"], 0);
  EXPECT_EQ(config["maxOutputTokens"], 700);
  EXPECT_TRUE(body.contains("safetySettings"));
  EXPECT_FALSE(config.contains("candidateCount"));
  EXPECT_FALSE(config.contains("response_format"));
  EXPECT_TRUE(codec().reserves("max_output_tokens"));
  EXPECT_TRUE(codec().lacks("reasoning_effort", {}));
  EXPECT_FALSE(codec().reserves("top_p") || codec().lacks("top_p", {}));
}

// A token has at least one byte: whatever the request holds beyond the texts must be covered.
TEST(GeminiRequest, OverheadCoversEverythingButTheTexts) {
  Question question = small_question();
  question.schema = std::make_shared<const Json>(testing::exact_schema());
  for (const Structured structured :
       {Structured::json_schema, Structured::tool, Structured::json_object, Structured::none}) {
    const Dialect dialect{.structured = structured};
    std::int64_t texts = 0;
    for (const Message& message : question.messages)
      texts += static_cast<std::int64_t>(message.text.size());
    const auto sent =
        static_cast<std::int64_t>(codec().encode(question, dialect, endpoint(), false).body.size());
    EXPECT_GE(texts + codec().overhead_tokens(question, dialect), sent);
  }
}

// litellm #14849: cached tokens counted twice, $0.7642 instead of $0.1849. The report's prices;
// with a tier for long prompts, the whole request is billed at it.
TEST(GeminiGoldenCost, Litellm14849CachedTokensAreCountedOnce) {
  const Json body = Json::parse(R"({
    "candidates": [{"content": {"parts": [{"text": "{}"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 262960, "cachedContentTokenCount": 257955,
                      "candidatesTokenCount": 1500, "thoughtsTokenCount": 244,
                      "totalTokenCount": 264704}})");
  const auto answer = codec().decode({200, {}, body.dump()}, small_question(), {});
  ASSERT_TRUE(answer && answer->usage);
  Prices reported;
  reported.input = 1'250'000'000;
  reported.input_cached = 625'000'000;
  reported.output = 10'000'000'000;
  EXPECT_EQ(cost(reported, *answer->usage), 184'918'125);
  Prices tiered;
  tiered.input = 1'250'000'000;
  tiered.input_cached = 125'000'000;
  tiered.output = 10'000'000'000;
  tiered.long_context_over_tokens = 200'000;
  tiered.long_context_input_percent = 200;
  tiered.long_context_output_percent = 150;
  EXPECT_EQ(cost(tiered, *answer->usage), 12'512'500 + 64'488'750 + 26'160'000);
}

TEST(GeminiModels, AreListed) {
  const HttpRequest request = codec().list_models(endpoint(), {});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000");
  EXPECT_THAT(request.headers, Contains(Pair("x-goog-api-key", "AIza-secret")));
  const auto names = codec().listed_models(
      {200, {}, R"({"models":[{"name":"models/gemini-a"},{"name":"gemini-b"},{"x":1}]})"});
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ElementsAre("gemini-a", "gemini-b"));
}

}  // namespace
}  // namespace docwright::providers
