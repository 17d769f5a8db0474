// What the simulator refuses of OpenAI's formats, in whose words; and that it takes what docwright
// asks of every model that is shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "providers/models.h"
#include "providers/simulator/api.h"
#include "providers/wire/limit_headers.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using simulator::Asked;
using simulator::Spoken;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

using Change = std::function<void(Json& body)>;
using Parsed = std::expected<Asked, CallError>;

const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

const std::vector<Spoken>& spoken() {
  static const std::vector<Spoken> all = simulator::all_spoken();
  return all;
}

const simulator::Api& server_of(std::string_view provider, std::string_view path) {
  for (const Spoken& one : spoken()) {
    if (one.provider == provider && one.api->takes(path)) return *one.api;
  }
  throw std::invalid_argument(std::string(path));
}

struct Post {
  std::string path = "/v1/chat/completions", query = {};
  Headers headers = {{"api-key", "invented"}};
};

Parsed parsed(std::string_view provider, const Post& post, const std::string& body) {
  return server_of(provider, post.path).parse({post.path, post.query, post.headers, body});
}

Json chat() {
  return Json::parse(R"({"model": "gpt-4.1", "max_tokens": 100,
    "messages": [{"role": "system", "content": "You document code."}, {"role": "user", "content": "x"}]})");
}

Json responses() {
  return Json::parse(R"({"model": "gpt-5.4-pro", "max_output_tokens": 100, "input": "x"})");
}

Json structured(Json schema) {
  Json body = chat();
  body["response_format"] = {
      {"type", "json_schema"},
      {"json_schema", {{"name", "documents"}, {"strict", true}, {"schema", std::move(schema)}}}};
  return body;
}

// The error's code and words; empty where the request is taken.
std::string complaint(std::string_view provider, const Post& post, Json body,
                      const Change& change = {}) {
  if (change) change(body);
  const Parsed result = parsed(provider, post, body.dump());
  return result ? std::string() : result.error().code + ": " + result.error().message;
}

std::string of_chat(const Change& change) {
  return complaint("openai", {}, chat(), change);
}

std::string of_responses(const Change& change) {
  return complaint("openai", {.path = "/v1/responses"}, responses(), change);
}

std::string of_schema(const Json& schema) {
  return complaint("openai", {}, structured(schema));
}

TEST(OpenAiRules, AnswerLimits) {
  EXPECT_EQ(of_chat([](Json&) {}), "");
  EXPECT_THAT(of_chat([](Json& body) { body["max_tokens"] = 0; }),
              HasSubstr("integer_below_min_value: Invalid 'max_tokens'"));
  EXPECT_THAT(of_chat([](Json& body) { body["max_tokens"] = "many"; }), HasSubstr("invalid_type"));
  EXPECT_THAT(of_chat([](Json& body) { body["max_completion_tokens"] = 100; }),
              HasSubstr("at once"));
  EXPECT_EQ(of_responses([](Json&) {}), "");
  EXPECT_THAT(of_responses([](Json& body) { body["max_output_tokens"] = 15; }),
              HasSubstr("integer_below_min_value"));
  EXPECT_THAT(of_responses([](Json& body) { body["max_tokens"] = 100; }),
              HasSubstr("unknown_parameter: Unknown parameter: 'max_tokens'"));
}

TEST(OpenAiRules, Messages) {
  const auto with = [](const char* messages) {
    return of_chat([&](Json& body) { body["messages"] = Json::parse(messages); });
  };
  EXPECT_THAT(of_chat([](Json& body) { body.erase("messages"); }),
              HasSubstr("missing_required_parameter: Missing required parameter: 'messages'"));
  EXPECT_THAT(with("[]"), HasSubstr("empty_array"));
  EXPECT_THAT(with(R"([{"role": "robot", "content": "x"}])"), HasSubstr("'messages[0].role'"));
  EXPECT_THAT(with(R"([{"role": "user"}])"), HasSubstr("'messages[0].content'"));
  EXPECT_THAT(with(R"([{"role": "user", "content": null}])"), HasSubstr("invalid_type"));
  EXPECT_THAT(with(R"([{"role": "user", "content": []}])"), HasSubstr("empty array"));
  EXPECT_EQ(with(R"([{"role": "user", "content": [{"type": "text", "text": "x"}]}])"), "");
  const std::string call =
      R"({"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function"}]})";
  const std::string result = R"({"role": "tool", "tool_call_id": "c1", "content": "7"})";
  const std::string asks = R"({"role": "user", "content": "x"})";
  EXPECT_EQ(with(("[" + asks + "," + call + "," + result + "," + asks + "]").c_str()), "");
  EXPECT_THAT(with(("[" + asks + "," + call + "," + asks + "]").c_str()),
              HasSubstr("must be followed by tool messages"));
  EXPECT_THAT(with(("[" + asks + "," + call + "]").c_str()), HasSubstr("must be followed"));
  EXPECT_THAT(with(("[" + asks + "," + result + "]").c_str()), HasSubstr("must be a response"));
}

TEST(OpenAiRules, RangesAndCounts) {
  const auto with = [](const char* name, Json value) {
    return of_chat([&](Json& body) { body[name] = value; });
  };
  EXPECT_THAT(with("temperature", 2.1), HasSubstr("invalid_value"));
  EXPECT_THAT(with("top_p", -0.1), HasSubstr("invalid_value"));
  EXPECT_THAT(with("presence_penalty", 3), HasSubstr("invalid_value"));
  EXPECT_THAT(with("n", 129), HasSubstr("invalid_value"));
  EXPECT_THAT(with("seed", 1.5), HasSubstr("invalid_type"));
  EXPECT_THAT(with("stop", {"a", "b", "c", "d", "e"}), HasSubstr("array_above_max_length"));
  EXPECT_EQ(with("stop", {"a", "b", "c", "d"}), "");
  EXPECT_THAT(with("top_logprobs", 5), HasSubstr("'logprobs'"));
  EXPECT_THAT(with("prompt_cache_key", std::string(65, 'k')), HasSubstr("string_above_max"));
  EXPECT_THAT(with("metadata", {{"k", std::string(513, 'v')}}), HasSubstr("string_above_max"));
  EXPECT_THAT(with("stream_options", {{"include_usage", true}}), HasSubstr("'stream'"));
  EXPECT_THAT(of_chat([](Json& body) {
                body["stream"] = false;
                body["stream_options"] = {{"include_usage", true}};
              }),
              HasSubstr("'stream'"));
  EXPECT_THAT(with("frequency", 1), HasSubstr("Unknown parameter: 'frequency'"));
}

TEST(OpenAiRules, ToolsAndTheirChoice) {
  const auto with = [](const char* members) {
    return of_chat([&](Json& body) { body.update(Json::parse(members)); });
  };
  const std::string tools =
      R"("tools": [{"type": "function", "function": {"name": "f", "strict": true, "parameters":
          {"type": "object", "properties": {}, "required": [], "additionalProperties": false}}}])";
  EXPECT_EQ(with(("{" + tools + "}").c_str()), "");
  EXPECT_THAT(with(R"({"parallel_tool_calls": false})"), HasSubstr("only allowed when 'tools'"));
  EXPECT_THAT(with(R"({"tool_choice": "auto"})"), HasSubstr("only allowed when 'tools'"));
  EXPECT_THAT(
      with(("{" + tools + R"(, "tool_choice": {"type": "function", "function": {"name": "g"}}})")
               .c_str()),
      HasSubstr("no tool is called 'g'"));
  EXPECT_THAT(with(R"({"tools": [{"type": "function", "function": {"name": "f", "strict": true,
                       "parameters": {"type": "object", "properties": {}}}}]})"),
              HasSubstr("Invalid schema for function 'f'"));
}

TEST(OpenAiRules, WhatModelsTake) {
  const auto with = [](const char* model, const char* members) {
    return of_chat([&](Json& body) {
      body["model"] = model;
      body["max_completion_tokens"] = body["max_tokens"];
      body.erase("max_tokens");
      body.update(Json::parse(members));
    });
  };
  EXPECT_THAT(of_chat([](Json& body) { body["model"] = "o3"; }),
              HasSubstr("unsupported_parameter: Unsupported parameter: 'max_tokens' is not "
                        "supported with this model. Use 'max_completion_tokens' instead."));
  EXPECT_EQ(with("gpt-5", "{}"), "");
  EXPECT_THAT(with("gpt-5", R"({"temperature": 0})"), HasSubstr("unsupported_value"));
  EXPECT_EQ(with("gpt-5", R"({"temperature": 1})"), "");
  EXPECT_EQ(with("gpt-5.4-mini", R"({"temperature": 0, "reasoning_effort": "none"})"), "");
  EXPECT_THAT(with("gpt-5.4-mini", R"({"temperature": 0, "reasoning_effort": "low"})"),
              HasSubstr("unsupported_value"));
  EXPECT_THAT(with("o4-mini", R"({"stop": ["x"]})"), HasSubstr("unsupported_parameter"));
  EXPECT_THAT(with("gpt-5", R"({"logprobs": true})"), HasSubstr("unsupported_parameter"));
  EXPECT_EQ(with("gpt-5-chat-latest", R"({"temperature": 0})"), "");
  EXPECT_THAT(with("gpt-5", R"({"reasoning_effort": "none"})"),
              HasSubstr("does not support 'none'"));
  EXPECT_THAT(with("gpt-5.1", R"({"reasoning_effort": "minimal"})"),
              HasSubstr("Supported values are: none low medium high."));
  EXPECT_THAT(with("gpt-4o", R"({"reasoning_effort": "low"})"), HasSubstr("unsupported_parameter"));
  for (const char* model : {"gpt-5.4-pro", "o1-pro", "gpt-5.3-codex", "codex-mini-latest"})
    EXPECT_THAT(with(model, "{}"), HasSubstr("only supported in v1/responses")) << model;
  EXPECT_THAT(of_responses([](Json& body) { body["reasoning"] = {{"effort", "low"}}; }),
              HasSubstr("does not support 'low'"));
  Json body = structured(testing::shared_schema());
  for (const char* model : {"gpt-4", "gpt-4-turbo", "gpt-3.5-turbo"}) {
    body["model"] = model;
    EXPECT_THAT(complaint("openai", {}, body), HasSubstr("'json_schema' is not supported"));
  }
}

TEST(OpenAiRules, TheStrictSubsetOfSchemas) {
  const auto object = [](const char* properties, const char* required, const char* more = "") {
    return Json::parse(std::string(R"({"type": "object", "additionalProperties": false,)") +
                       R"("properties": {)" + properties + R"(}, "required": [)" + required + "]" +
                       more + "}");
  };
  EXPECT_EQ(of_schema(testing::exact_schema()), "");
  EXPECT_EQ(of_schema(testing::shared_schema()), "");
  EXPECT_EQ(
      of_schema(object(R"("a": {"type": ["string", "null"]}, "b": {"$ref": "#"})", R"("a", "b")")),
      "");
  EXPECT_THAT(of_schema(Json::parse(R"({"type": "array", "items": {"type": "string"}})")),
              HasSubstr("'type: \"object\"'"));
  EXPECT_THAT(of_schema(object("", "", R"(, "anyOf": [{"type": "object"}])")),
              HasSubstr("at the top level"));
  EXPECT_THAT(of_schema(Json::parse(R"({"type": "object", "properties": {}, "required": []})")),
              HasSubstr("Invalid schema for response_format 'documents': In context=(), "
                        "'additionalProperties' is required to be supplied and to be false."));
  EXPECT_THAT(of_schema(object(R"("a": {"type": "string"}, "b": {"type": "string"})", R"("a")")),
              HasSubstr("Missing 'b'"));
  EXPECT_THAT(of_schema(object("", R"("a")")), HasSubstr("Extra required key"));
  EXPECT_THAT(of_schema(object(R"("a": {"description": "x"})", R"("a")")),
              HasSubstr("In context=('properties', 'a'), schema must have a 'type' key."));
  EXPECT_THAT(of_schema(object(R"("a": {"type": "array"})", R"("a")")),
              HasSubstr("array schema missing items"));
  EXPECT_THAT(of_schema(object(R"("a": {"type": ["object", "null"], "properties": {}})", R"("a")")),
              HasSubstr("'additionalProperties'"));
  for (const char* keyword :
       {R"("default": "x")", R"("minLength": 1)", R"("oneOf": [])", R"("allOf": [])",
        R"("not": {})", R"("uniqueItems": true)", R"("patternProperties": {})"}) {
    const std::string property = R"("a": {"type": "string", )" + std::string(keyword) + "}";
    EXPECT_THAT(of_schema(object(property.c_str(), R"("a")")), HasSubstr("is not permitted"))
        << keyword;
  }
  Json deep = {{"type", "string"}};
  for (int i = 0; i < 10; ++i) deep = {{"type", "array"}, {"items", deep}};
  Json schema = object(R"("a": {"type": "string"})", R"("a")");
  schema["properties"]["a"] = deep;
  EXPECT_THAT(of_schema(schema), HasSubstr("exceeds limit of 10"));
  Json wide = object("", "");
  for (int i = 0; i < 5001; ++i) {
    wide["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
    wide["required"].push_back("p" + std::to_string(i));
  }
  EXPECT_THAT(of_schema(wide), HasSubstr("too many properties"));
}

TEST(OpenAiRules, WhatDoesNotFitIsToldInEachInterfacesWords) {
  const simulator::Fit small{
      .model = "gpt-5", .window = 400'000, .prompt_tokens = 272'001, .input_max = 272'000};
  EXPECT_EQ(server_of("openai", "/v1/chat/completions").overflow(small),
            "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in "
            "272001 tokens. Please reduce the length of the messages.");
  EXPECT_THAT(server_of("openai", "/v1/responses").overflow(small).value_or(""),
              HasSubstr("exceeds the context window"));
  const simulator::Fit wordy{
      .model = "gpt-4o", .window = 128'000, .answer_tokens_max = 20'000, .output_max = 16'384};
  EXPECT_THAT(
      server_of("openai", "/v1/chat/completions").too_long_an_answer(wordy).value_or(""),
      HasSubstr("max_tokens is too large: 20000. This model supports at most 16384 completion"));
  EXPECT_THAT(server_of("openai", "/v1/responses").too_long_an_answer(wordy).value_or(""),
              HasSubstr("<= 16384"));
  EXPECT_THAT(
      server_of("groq", "/groq/openai/v1/chat/completions").too_long_an_answer(wordy).value_or(""),
      HasSubstr("`16384`"));
  const simulator::Fit report{"gpt-4-turbo", 128'000, 2'133, 125'874};
  EXPECT_THAT(server_of("openai", "/v1/chat/completions").overflow(report).value_or(""),
              HasSubstr("maximum context length is 128000 tokens. However, you requested 128007"));
  EXPECT_FALSE(server_of("openai", "/v1/responses").overflow(report));
}

// So a limit of the day is known as one, and a request above all of a limit by how much.
TEST(OpenAiRules, LimitsAreToldInWords) {
  const auto read = [](const char* code, ErrorClass error_class, std::optional<Duration> wait,
                       ContextNumbers numbers) {
    CallError error;
    error.code = code;
    error.error_class = error_class;
    error.retry_after = wait;
    error.context = numbers;
    const auto rendered = server_of("openai", "/v1/chat/completions").error(error);
    const auto result =
        registry().find("openai")->codec->decode({rendered.status, {}, rendered.body}, {}, {});
    return result.error();
  };
  const CallError minute =
      read("tokens", ErrorClass::rate_limit, std::chrono::milliseconds(1500), {6000, 500});
  EXPECT_EQ(minute.error_class, ErrorClass::rate_limit);
  EXPECT_EQ(minute.retry_after, std::chrono::milliseconds(1500));
  const CallError day =
      read("requests_per_day", ErrorClass::rate_limit, std::chrono::hours(3), {1000, 1});
  EXPECT_EQ(day.error_class, ErrorClass::quota);
  EXPECT_EQ(day.retry_after, std::chrono::hours(3));
  const CallError above = read("tokens", ErrorClass::too_large, {}, {6000, 7000});
  EXPECT_EQ(above.error_class, ErrorClass::too_large);
  ASSERT_TRUE(above.context);
  EXPECT_EQ(above.context->window, 6000);
  EXPECT_EQ(above.context->requested, 7000);
  EXPECT_EQ(read("concurrent", ErrorClass::rate_limit, {}, {5, 6}).error_class,
            ErrorClass::rate_limit);
}

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
  EXPECT_EQ(at("api-version=2024-10-21", structured(testing::shared_schema())), "");
  EXPECT_THAT(at("api-version=2024-06-01", structured(testing::shared_schema())),
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
    for (const Json& schema : {testing::exact_schema(), testing::shared_schema()}) {
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
