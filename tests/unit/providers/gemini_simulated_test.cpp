// Gemini's side as the simulator plays it: what it refuses, and what is its own way.
#include <gmock/gmock.h>

#include "tests/unit/providers/format_fixture.h"

namespace docwright::providers::simulator {
namespace {

using ::testing::HasSubstr;

class GeminiSimulated : public Format {};
INSTANTIATE_TEST_SUITE_P(Simulated, GeminiSimulated, ::testing::Values("gemini"));

TEST_P(GeminiSimulated, RefusesWhatTheProviderRefuses) {
  const auto says = [&](const char* words, const std::function<void(Json&)>& change) {
    EXPECT_THAT(complaint(change), HasSubstr(words));
  };
  EXPECT_EQ(complaint([](Json&) {}), "");
  says("Unknown name \"model\":", [](Json& body) { body["model"] = "x"; });
  says("Unknown name \"n\" at 'generation_config'",
       [](Json& body) { body["generationConfig"]["n"] = 2; });
  says("Unknown name \"const\"", [](Json& body) {
    body["generationConfig"]["responseJsonSchema"]["properties"]["a"] = {{"const", 1}};
  });
  says("contents is not specified", [](Json& body) { body.erase("contents"); });
  says("must not be empty", [](Json& body) { body["contents"][0]["parts"] = Json::array(); });
  says("oneof field", [](Json& body) { body["contents"][0]["parts"][0]["text"] = ""; });
  says("valid role", [](Json& body) { body["contents"][1]["role"] = "assistant"; });
  says("mime type", [](Json& body) { body["generationConfig"].erase("responseMimeType"); });
  says("must be positive", [](Json& body) { body["generationConfig"]["maxOutputTokens"] = 0; });
  says("only one of thinking", [](Json& body) {
    body["generationConfig"]["thinkingConfig"] = {{"thinkingBudget", 0}, {"thinkingLevel", "LOW"}};
  });
  says("Only one of response_schema",
       [](Json& body) { body["generationConfig"]["responseSchema"] = Json::object(); });
  says("temperature", [](Json& body) { body["generationConfig"]["temperature"] = 2.5; });
  const auto property = [&](Json schema) {
    return complaint([&](Json& body) {
      body["generationConfig"]["responseJsonSchema"]["properties"]["a"] = schema;
    });
  };
  EXPECT_THAT(property({{"$ref", "#"}, {"description", "x"}}), HasSubstr("siblings"));
  EXPECT_THAT(property({{"enum", {"a", nullptr}}}), HasSubstr("strings and numbers"));
  EXPECT_THAT(property({{"anyOf", {{{"pattern", "a"}}}}}), HasSubstr("\"pattern\""));
  question_.model = "gemini-3.5-flash";
  EXPECT_EQ(complaint([](Json& body) { body["tools"] = Json::array(); }), "");
  question_.model = "gemini-2.5-flash";
  says("Function calling with", [](Json& body) { body["tools"] = Json::array(); });
  question_.parameters = {{"thinkingConfig", {{"thinkingLevel", "LOW"}}}};
  EXPECT_THAT(asked().error().message, HasSubstr("Thinking level"));
  question_.model = "gemini-2.5-pro";
  question_.parameters = {{"thinkingConfig", {{"thinkingBudget", 0}}}};
  EXPECT_THAT(asked().error().message, HasSubstr("Budget 0 is invalid"));
  question_.model = "gemini-2.0-flash";
  EXPECT_THAT(asked().error().message, HasSubstr("not supported by models/gemini-2.0-flash"));
  question_.parameters = Json::object();
  dialect_.structured = Structured::tool;
  says("\"pattern\"", [](Json& body) {
    body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"]["pattern"] = "a";
  });
  endpoint_.key.clear();
  EXPECT_EQ(asked().error().error_class, ErrorClass::permission);
}

TEST_P(GeminiSimulated, TakesEitherSpelling) {
  EXPECT_EQ(complaint([](Json& body) {
              Json config = body["generationConfig"];
              Json& schema = config["response_json_schema"] = config["responseJsonSchema"];
              schema["properties"]["snake_case"] = {{"type", "string"}};
              config["response_mime_type"] = config["responseMimeType"];
              config.erase("responseJsonSchema");
              config.erase("responseMimeType");
              body["generation_config"] = config;
              body.erase("generationConfig");
            }),
            "");
}

TEST_P(GeminiSimulated, KnowsSchemasOfOpenApi) {
  const auto asked_with = [&](const Json& schema) {
    HttpRequest request = codec().encode(question_, dialect_, endpoint_, false);
    Json body = Json::parse(request.body);
    body["generationConfig"].erase("responseJsonSchema");
    body["generationConfig"]["responseSchema"] = schema;
    request.body = body.dump();
    return parsed(request);
  };
  const Json schema = {{"type", "OBJECT"},
                       {"properties", {{"type", {{"type", "STRING"}, {"nullable", true}}}}},
                       {"propertyOrdering", {"type"}}};
  const auto asked = asked_with(schema);
  ASSERT_TRUE(asked.has_value()) << asked.error().message;
  EXPECT_EQ(asked->schema["type"], "object");
  EXPECT_EQ(asked->schema["properties"]["type"]["type"], "string");
  EXPECT_THAT(asked_with({{"type", "OBJECT"}, {"additionalProperties", false}}).error().message,
              HasSubstr("\"additionalProperties\" at 'generation_config.response_schema'"));
}

TEST_P(GeminiSimulated, AnAnswerLimitAboveTheModelsIsRefused) {
  Fit fit{.model = "gemini-2.5-flash", .answer_tokens_max = 65'536, .output_max = 65'536};
  EXPECT_EQ(api_->too_long_an_answer(fit), std::nullopt);
  fit.answer_tokens_max = 70'000;
  EXPECT_THAT(*api_->too_long_an_answer(fit), HasSubstr("70000 but the supported range"));
}

TEST_P(GeminiSimulated, StreamsInAnArrayWhereNoEventsAreAskedFor) {
  HttpRequest request = codec().encode(question_, dialect_, endpoint_, true);
  request.url.resize(request.url.find('?'));
  const auto stream = parsed(request);
  ASSERT_TRUE(stream.has_value());
  EXPECT_EQ(api_->stream_type(*stream), "application/json");
  const std::string all = streamed(*stream);
  EXPECT_TRUE(Json::parse(all).is_array());
  expect_the_answer(read(all, true));
}

TEST_P(GeminiSimulated, TheAddressNamesTheModel) {
  question_.model = "my model/ä%zz";
  EXPECT_EQ(asked()->model, question_.model);
  HttpRequest request = codec().encode(question_, dialect_, endpoint_, false);
  request.url = "http://127.0.0.1:1/v1beta/models/%zz%2:generateContent";
  EXPECT_EQ(parsed(request)->model, "%zz%2");
}

TEST_P(GeminiSimulated, LimitsOfADayAreQuotas) {
  CallError error;
  error.error_class = ErrorClass::rate_limit;
  error.code = "requests_per_day";
  error.retry_after = std::chrono::seconds(12);
  const auto result = decoded(api_->error(error));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error_class, ErrorClass::quota);
  EXPECT_EQ(result.error().quota_reset, QuotaReset::midnight_pacific);
  EXPECT_FALSE(result.error().retry_after.has_value());
}

TEST_P(GeminiSimulated, ThePromptCanBeBlocked) {
  const auto result = decoded(api_->blocked(Usage{.input = 120}).value());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->finish, Finish::content_filter);
  EXPECT_EQ(result->usage, Usage{.input = 120});
}

}  // namespace
}  // namespace docwright::providers::simulator
