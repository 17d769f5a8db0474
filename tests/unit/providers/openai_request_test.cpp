#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/openai/openai.h"

namespace docwright::providers {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

const Codec& codec() {
  static const Provider provider = openai::provider();
  return *provider.codec;
}

Question small_question() {
  Question question;
  question.model = "gpt-4o";
  question.messages = {{"system", "You document code."}, {"user", "def f(): \"quoted\"\n\tä"}};
  question.answer_tokens_max = 700;
  question.schema_name = "documents";
  question.schema =
      std::make_shared<const Json>(Json{{"type", "object"}, {"properties", Json::object()}});
  return question;
}

Endpoint endpoint() {
  return {"https://api.openai.com/v1", "sk-secret", "", {{"OpenAI-Project", "proj_1"}}};
}

Json body_of(const HttpRequest& request) {
  return Json::parse(request.body);
}

TEST(OpenAiRequest, AddressAndHeaders) {
  const HttpRequest request = codec().encode(small_question(), {}, endpoint(), false);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.openai.com/v1/chat/completions");
  EXPECT_THAT(request.headers, Contains(Pair("Authorization", "Bearer sk-secret")));
  EXPECT_THAT(request.headers, Contains(Pair("Content-Type", "application/json")));
  EXPECT_THAT(request.headers, Contains(Pair("OpenAI-Project", "proj_1")));
  EXPECT_EQ(request.body.find("sk-secret"), request.body.npos);
}

TEST(OpenAiRequest, NoKeyNoHeader) {
  Endpoint open = endpoint();
  open.key.clear();
  for (const auto& [name, value] : codec().encode(small_question(), {}, open, false).headers) {
    EXPECT_NE(name, "Authorization");
  }
}

TEST(OpenAiRequest, WholeBody) {
  const Json body = body_of(codec().encode(small_question(), {}, endpoint(), false));
  EXPECT_EQ(body, Json::parse(R"({
    "model": "gpt-4o",
    "messages": [{"role": "system", "content": "You document code."},
                 {"role": "user", "content": "def f(): \"quoted\"\n\tä"}],
    "max_tokens": 700,
    "response_format": {"type": "json_schema", "json_schema": {"name": "documents", "strict": true,
                        "schema": {"type": "object", "properties": {}, "required": [],
                                   "additionalProperties": false}}}})"));
}

TEST(OpenAiRequest, WithoutStrictTheSchemaIsOnlyFollowed) {
  const Json body = body_of(codec().encode(small_question(), {.strict = false}, endpoint(), false));
  EXPECT_EQ(body["response_format"]["json_schema"],
            (Json{{"name", "documents"},
                  {"schema", {{"type", "object"}, {"properties", Json::object()}}}}));
}

TEST(OpenAiRequest, AForcedToolTakesTheSchema) {
  const Json body = body_of(
      codec().encode(small_question(), {.structured = Structured::tool}, endpoint(), false));
  ASSERT_EQ(body["tools"].size(), 1U);
  const Json& function = body["tools"][0]["function"];
  EXPECT_EQ(function["name"], "documents");
  EXPECT_EQ(function["strict"], true);
  EXPECT_EQ(function["parameters"]["type"], "object");
  EXPECT_EQ(body["tool_choice"],
            Json::parse(R"({"type":"function","function":{"name":"documents"}})"));
  EXPECT_EQ(body["parallel_tool_calls"], false);
  EXPECT_FALSE(body.contains("response_format"));
}

TEST(OpenAiRequest, ACacheKeyIsMadeOfTheStableMessages) {
  const auto key_of = [](const Question& question) {
    const Dialect dialect{.prompt_cache = PromptCache::key};
    return body_of(codec().encode(question, dialect, endpoint(), false))
        .value("prompt_cache_key", "");
  };
  Question question = small_question();
  EXPECT_EQ(key_of(question), "") << "nothing is stable";
  question.messages[0].stable = true;
  const std::string key = key_of(question);
  EXPECT_LE(key.size(), 64U);
  EXPECT_NE(key, "");
  question.messages[1].text = "another";
  EXPECT_EQ(key_of(question), key);
  question.messages[0].text = "another";
  EXPECT_NE(key_of(question), key);
}

TEST(OpenAiRequest, WholeBodyForResponses) {
  Question question = small_question();
  question.messages.insert(question.messages.begin() + 1,
                           {{"user", "example"}, {"assistant", "{}"}});
  question.parameters = {
      {"reasoning_effort", "low"}, {"verbosity", "low"}, {"temperature", 0}, {"seed", 7}};
  const HttpRequest request = codec().encode(question, {.api = Api::responses}, endpoint(), true);
  EXPECT_EQ(request.url, "https://api.openai.com/v1/responses");
  EXPECT_EQ(body_of(request), Json::parse(R"({
    "model": "gpt-4o",
    "instructions": "You document code.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "example"}]},
              {"role": "assistant", "content": [{"type": "output_text", "text": "{}"}]},
              {"role": "user", "content": [{"type": "input_text", "text": "def f(): \"quoted\"\n\tä"}]}],
    "max_output_tokens": 700,
    "text": {"format": {"type": "json_schema", "name": "documents", "strict": true,
                        "schema": {"type": "object", "properties": {}, "required": [],
                                   "additionalProperties": false}},
             "verbosity": "low"},
    "store": false,
    "temperature": 0,
    "reasoning": {"effort": "low"},
    "stream": true})"));
}

TEST(OpenAiRequest, WhatResponsesHaveNotIsRefusedThereAlone) {
  EXPECT_TRUE(codec().lacks("seed", {.api = Api::responses}));
  EXPECT_TRUE(codec().lacks("stop", {.api = Api::responses}));
  EXPECT_FALSE(codec().lacks("seed", {}));
}

TEST(OpenAiRequest, DialectOfReasoningModels) {
  Dialect dialect;
  dialect.answer_limit_field = AnswerLimitField::max_completion_tokens;
  dialect.system_role = SystemRole::developer;
  const Json body = body_of(codec().encode(small_question(), dialect, endpoint(), false));
  EXPECT_EQ(body["max_completion_tokens"], 700);
  EXPECT_FALSE(body.contains("max_tokens"));
  EXPECT_EQ(body["messages"][0]["role"], "developer");
  EXPECT_EQ(body["messages"][1]["role"], "user");
}

TEST(OpenAiRequest, WithoutJsonSchemaTheSchemaStandsInThePrompt) {
  for (const Structured structured : {Structured::json_object, Structured::none}) {
    const Json body =
        body_of(codec().encode(small_question(), {.structured = structured}, endpoint(), false));
    EXPECT_EQ(body["messages"].size(), 2U);
    EXPECT_THAT(body["messages"][0]["content"].get<std::string>(),
                AllOf(StartsWith("You document code.\n\n"),
                      HasSubstr(R"({"type":"object","properties":{}})")));
    EXPECT_THAT(body["messages"][0]["content"].get<std::string>(), HasSubstr("JSON"));
    if (structured == Structured::none) {
      EXPECT_FALSE(body.contains("response_format"));
    } else {
      EXPECT_EQ(body["response_format"], (Json{{"type", "json_object"}}));
    }
  }
}

TEST(OpenAiRequest, ParametersAsTheyAre) {
  Question question = small_question();
  question.parameters = {
      {"temperature", 0}, {"seed", 7}, {"stop", {"a", "b"}}, {"reasoning_effort", "low"}};
  const Json body = body_of(codec().encode(question, {}, endpoint(), false));
  EXPECT_EQ(body["temperature"], 0);
  EXPECT_EQ(body["seed"], 7);
  EXPECT_EQ(body["stop"], Json({"a", "b"}));
  EXPECT_EQ(body["reasoning_effort"], "low");
}

TEST(OpenAiRequest, AParameterCannotLiftTheAnswerLimit) {
  Question question = small_question();
  question.parameters = {{"max_tokens", 99999},
                         {"max_completion_tokens", 99999},
                         {"n_predict", 99999},  // llama.cpp's own name for it
                         {"n", 8},
                         {"best_of", 8},
                         {"stream", true},
                         {"model", "x"}};
  const Json body = body_of(codec().encode(question, {}, endpoint(), false));
  EXPECT_EQ(body["max_tokens"], 700);
  EXPECT_EQ(body["model"], "gpt-4o");
  EXPECT_FALSE(body.contains("max_completion_tokens"));
  EXPECT_FALSE(body.contains("n"));
  EXPECT_FALSE(body.contains("stream"));
  for (const auto& [name, value] : question.parameters.items())
    EXPECT_TRUE(codec().reserves(name)) << name;
  EXPECT_FALSE(codec().reserves("temperature"));
}

// A stored prompt, searches, predicted text that was not taken: paid for, and in no bound.
TEST(OpenAiRequest, NothingIsBoughtBesideTheAnswer) {
  for (const char* name : {"prompt", "web_search_options", "prediction", "modalities", "audio"})
    EXPECT_TRUE(codec().reserves(name)) << name;
}

TEST(OpenAiRequest, InvalidUtf8BecomesReplacementCharacters) {
  Question question = small_question();
  question.messages[1].text = "a\xff\xed\xa0\x80z";
  const std::string body = codec().encode(question, {}, endpoint(), false).body;
  EXPECT_TRUE(Json::accept(body));
  EXPECT_THAT(body, HasSubstr("a\xef\xbf\xbd"));
}

TEST(OpenAiRequest, TheSameQuestionHasTheSameBytes) {
  EXPECT_EQ(codec().encode(small_question(), {}, endpoint(), false).body,
            codec().encode(small_question(), {}, endpoint(), false).body);
}

// A token has at least one byte: whatever the request holds beyond the texts must be covered.
TEST(OpenAiRequest, OverheadCoversEverythingButTheTexts) {
  Question question = small_question();
  for (int messages = 1; messages < 5; ++messages) {
    question.messages.assign(static_cast<std::size_t>(messages), {"user", "text"});
    for (const Structured structured :
         {Structured::json_schema, Structured::json_object, Structured::none}) {
      const Json body = body_of(
          codec().encode(question, {.system_role = SystemRole::developer, .structured = structured},
                         endpoint(), false));
      std::int64_t sent = 3;  // priming
      for (const Json& message : body["messages"]) {
        sent += 4 + static_cast<std::int64_t>(message["role"].get<std::string>().size() +
                                              message["content"].get<std::string>().size());
      }
      if (structured == Structured::json_schema)
        sent += static_cast<std::int64_t>(body["response_format"].dump().size());
      const std::int64_t texts = 4 * messages;
      EXPECT_GE(texts + codec().overhead_tokens(question, {}), sent)
          << static_cast<int>(structured) << ", " << messages << " messages";
    }
  }
}

}  // namespace
}  // namespace docwright::providers
