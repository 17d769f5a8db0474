// What the simulator refuses of OpenAI's two formats, and in whose words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/providers/answer_schemas.h"
#include "tests/unit/providers/mutate.h"
#include "tests/unit/providers/rules_fixture.h"

namespace docwright::providers {
namespace {

using namespace testing;
using ::testing::HasSubstr;

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
  Json body = structured(shared_schema());
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
  EXPECT_EQ(of_schema(exact_schema()), "");
  EXPECT_EQ(of_schema(shared_schema()), "");
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

// Requests that are right but for one thing or two: every rule is come by.
TEST(OpenAiRules, OddRequestsBreakNoServer) {
  Json tooled = chat();
  tooled["tools"] = Json::parse(R"([{"type": "function", "function": {"name": "f", "strict": true,
      "parameters": {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}},
                     "required": ["a"], "additionalProperties": false}}}])");
  tooled["tool_choice"] = {{"type", "function"}, {"function", {{"name", "f"}}}};
  tooled.update({{"metadata", {{"k", "v"}}}, {"stop", {"x"}}, {"reasoning_effort", "low"}});
  tooled["messages"].push_back(Json::parse(
      R"({"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function"}]})"));
  tooled["messages"].push_back({{"role", "tool"}, {"tool_call_id", "c"}, {"content", "7"}});
  Json answered = responses();
  answered["text"] = {{"format", structured(exact_schema())["response_format"]}};
  answered["reasoning"] = {{"effort", "high"}};
  const std::array<Json, 3> bodies = {structured(exact_schema()), tooled, answered};
  Random random(7);
  for (int round = 0; round < 6'000; ++round) {
    const std::size_t which = below(random, bodies.size());
    Json body = bodies.at(which);
    for (std::size_t times = 1 + below(random, 2); times > 0; --times) mutate(body, random);
    const std::string text = body.dump();
    const Post post{.path = which == 2 ? "/openai/v1/responses" : "/openai/v1/chat/completions"};
    SCOPED_TRACE(text);
    for (const Spoken& one : spoken()) {
      if (!one.api->takes(post.path)) continue;
      ASSERT_NO_THROW({
        const Parsed result = one.api->parse({post.path, post.query, post.headers, text});
        if (!result) EXPECT_FALSE(one.api->error(result.error()).body.empty());
      });
    }
  }
}

}  // namespace
}  // namespace docwright::providers
