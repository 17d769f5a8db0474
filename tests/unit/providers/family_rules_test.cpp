// What the simulator refuses where others speak OpenAI's formats; and that it takes what docwright
// asks of every model that is shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/models.h"
#include "providers/wire/limit_headers.h"
#include "tests/unit/providers/answer_schemas.h"
#include "tests/unit/providers/rules_fixture.h"

namespace docwright::providers {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(AzureRules, VersionsOfTheInterface) {
  const auto at = [](const char* query, Json body = chat()) {
    return complaint("azure_openai",
                     {.path = "/openai/deployments/docs/chat/completions", .query = query},
                     std::move(body));
  };
  EXPECT_EQ(at("api-version=2024-10-21"), "");
  EXPECT_EQ(at("api-version=2025-04-01-preview"), "");
  for (const char* query :
       {"", "api-version=", "api-version=2024-10", "api-version=preview", "api-version=1999-01-01"})
    EXPECT_EQ(at(query), "404: Resource not found") << query;
  EXPECT_EQ(at("api-version=2024-10-21", structured(shared_schema())), "");
  EXPECT_THAT(at("api-version=2024-06-01", structured(shared_schema())),
              HasSubstr("2024-08-01-preview and later"));
  Json streamed = chat();
  streamed.update({{"stream", true}, {"stream_options", {{"include_usage", true}}}});
  EXPECT_THAT(at("api-version=2024-06-01", streamed), HasSubstr("stream_options"));
  Json nameless = chat();
  nameless.erase("model");
  EXPECT_EQ(at("api-version=2024-10-21", nameless), "");
  const Post newer{.path = "/openai/v1/chat/completions"};
  EXPECT_EQ(complaint("azure_openai", newer, chat()), "");
  EXPECT_NE(complaint("azure_openai", newer, nameless), "");
  EXPECT_EQ(
      complaint("azure_openai", {.path = newer.path, .query = "api-version=2024-10-21"}, chat()),
      "404: Resource not found");
  EXPECT_EQ(complaint("azure_openai", {.path = "/openai/v1/responses"}, responses()), "");
  EXPECT_THAT(complaint("azure_openai", {.path = newer.path, .headers = {}}, chat()),
              Not(HasSubstr("404")));
}

TEST(AzureRules, ErrorsSayWhatAzureSays) {
  const simulator::Api& server = server_of("azure_openai", "/openai/v1/chat/completions");
  CallError error;
  error.error_class = ErrorClass::content_filter;
  const Json blocked = Json::parse(server.error(error).body)["error"];
  EXPECT_EQ(blocked["innererror"]["code"], "ResponsibleAIPolicyViolation");
  EXPECT_EQ(blocked["innererror"]["content_filter_result"]["jailbreak"]["filtered"], true);
  EXPECT_EQ(blocked["param"], "prompt");
  error.error_class = ErrorClass::not_found;
  EXPECT_EQ(Json::parse(server.error(error).body)["error"]["code"], "DeploymentNotFound");
  error.code = "404";
  EXPECT_EQ(Json::parse(server.error(error).body)["error"]["code"], "404");
  EXPECT_THAT(server.identity("r1"), Contains(Pair("apim-request-id", "r1")));
}

TEST(GroqRules, FieldsOfItsOwn) {
  const auto with = [](const char* members) {
    Json body = chat();
    body["model"] = "openai/gpt-oss-20b";
    body.update(Json::parse(members));
    return complaint("groq", {.path = "/groq/openai/v1/chat/completions"}, body);
  };
  EXPECT_EQ(with(R"({"reasoning_format": "hidden"})"), "");
  EXPECT_EQ(with(R"({"reasoning_format": "raw"})"), "");
  EXPECT_THAT(with(R"({"reasoning_format": "raw", "response_format": {"type": "json_object"}})"),
              HasSubstr("not supported with tools or JSON mode"));
  EXPECT_THAT(with(R"({"reasoning_format": "hidden", "include_reasoning": true})"),
              HasSubstr("exclude each other"));
  EXPECT_THAT(with(R"({"reasoning_effort": "none"})"), HasSubstr("one of: low medium high"));
  EXPECT_EQ(with(R"({"reasoning_effort": "none", "model": "qwen/qwen3-32b"})"), "");
  EXPECT_NE(with(R"({"reasoning_effort": "low", "model": "llama-3.1-8b-instant"})"), "");
  EXPECT_THAT(with(R"({"n": 2})"), HasSubstr("at most 1"));
  EXPECT_THAT(with(R"({"unheard_of": 2})"), HasSubstr("Unknown parameter"));
  EXPECT_THAT(with(R"({"logit_bias": {}})"), HasSubstr("not supported"));
}

// The header that says "requests" speaks of a day.
TEST(GroqRules, RequestsAreCountedByTheDay) {
  simulator::LimitState state;
  state.requests = 60;
  state.requests_left = 59;
  state.tokens = 6000;
  state.tokens_left = 5000;
  state.tokens_reset = std::chrono::seconds(10);
  const simulator::Api& server = server_of("groq", "/groq/openai/v1/chat/completions");
  EXPECT_EQ(wire::limits_said(LimitHeaders::groq, server.limits(state)).size(), 1U)
      << "there is no header for requests of a minute";
  state.requests_per_day = 1000;
  state.requests_per_day_left = 900;
  state.day_reset = std::chrono::hours(3);
  const auto said = wire::limits_said(LimitHeaders::groq, server.limits(state));
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0].period, Duration(std::chrono::hours(24)));
  EXPECT_EQ(said[0].limit, 1000);
  EXPECT_EQ(said[0].remaining, 900);
}

TEST(CompatibleRules, WhatItDoesNotKnowIsLeftAside) {
  Json body = chat();
  body["model"] = "o3-distilled";
  body.update({{"top_k", 40}, {"temperature", 0}, {"chat_template_kwargs", Json::object()}});
  EXPECT_EQ(complaint("openai_compatible", {}, body), "");
  body["messages"] = Json::array();
  EXPECT_NE(complaint("openai_compatible", {}, body), "");
  const simulator::Api& server = server_of("openai_compatible", "/v1/chat/completions");
  CallError error;
  error.error_class = ErrorClass::auth;
  EXPECT_EQ(Json::parse(server.error(error).body), (Json{{"error", "Unauthorized"}}));
  error.error_class = ErrorClass::invalid_request;
  EXPECT_EQ(Json::parse(server.error(error).body)["error"]["code"], 400);
}

// Every shipped model, with the parameters that its entry says, in both ways of answering.
TEST(ShippedModels, AreAskedAsTheirProviderTakesIt) {
  const Result<Models> models = Models::shipped(registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  int asked = 0;
  for (const Model* model : models->all()) {
    if (model->provider != "openai" && model->provider != "groq") continue;
    SCOPED_TRACE(model->name);
    const Provider& provider = *registry().find(model->provider);
    Question question;
    question.model = model->api_name;
    question.messages = {{"system", "You document code.", true}, {"user", "def f(): pass"}};
    question.answer_tokens_max = 700;
    question.parameters = model->parameters;
    question.schema_name = "documents";
    for (const Json& schema : {exact_schema(), shared_schema()}) {
      question.schema = std::make_shared<const Json>(schema);
      for (const bool stream : {false, true}) {
        if (stream && model->dialect.streaming == Streaming::never) continue;
        const HttpRequest request = provider.codec->encode(
            question, model->dialect, {.base_url = provider.base_url, .key = "invented"}, stream);
        Post post;
        post.path = request.url.substr(request.url.find('/', request.url.find("://") + 3));
        const Parsed result = parsed(model->provider, post, request.body);
        EXPECT_TRUE(result.has_value()) << result.error().message << "\n" << request.body;
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 80);
}

}  // namespace
}  // namespace docwright::providers
