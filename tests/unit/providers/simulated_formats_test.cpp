// Each format from both sides: what the codec writes, the simulator's side takes; what that writes,
// the codec reads as what was meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/simulator/api.h"
#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers::simulator {
namespace {

using ::testing::HasSubstr;

struct Side {
  std::string path, query, body;
  Headers headers;  // names in lower case, as the simulator has them
};

Side side_of(const HttpRequest& request) {
  Side side;
  const std::size_t host = request.url.find("://") + 3;
  const std::string rest = request.url.substr(request.url.find('/', host));
  const std::size_t query = rest.find('?');
  side.path = rest.substr(0, query);
  if (query != rest.npos) side.query = rest.substr(query + 1);
  side.body = request.body;
  for (auto [name, value] : request.headers) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    side.headers.emplace_back(name, value);
  }
  return side;
}

class Format : public ::testing::TestWithParam<std::string> {
 protected:
  Format() {
    for (Spoken& spoken : all_spoken()) {
      if (spoken.provider == GetParam()) api_ = std::move(spoken.api);
    }
    question_.model = GetParam() == "anthropic" ? "claude-opus-4-8" : "some-model";
    question_.messages = {{"system", "You document code.", true},
                          {"user", "def g(): pass", true},
                          {"assistant", "{}", true},
                          {"user", "def f(): \"ä\""}};
    question_.answer_tokens_max = 700;
    question_.schema_name = "documents";
    question_.schema = std::make_shared<const Json>(Json::parse(
        R"json({"type": "object", "properties": {"Vec::operator()": {"type": "string"}},
                "required": ["Vec::operator()"], "additionalProperties": false})json"));
    endpoint_.base_url = "http://127.0.0.1:1/v1";
    endpoint_.key = "k";
    answer_.text = "{\"Vec::operator()\":\"Calls it: \\\"ä\\\".\"}";
    answer_.model = question_.model;
    answer_.response_id = "r1";
    answer_.usage = Usage{};
    answer_.usage->input = 900;
    answer_.usage->input_cached = 300;
    answer_.usage->output = 60;
    answer_.usage->reasoning = 20;
  }

  const Codec& codec() const { return *providers_.find(GetParam())->codec; }

  std::expected<Asked, CallError> asked(bool stream = false) const {
    return parsed(codec().encode(question_, dialect_, endpoint_, stream));
  }
  std::expected<Asked, CallError> parsed(const HttpRequest& request) const {
    const Side side = side_of(request);
    EXPECT_TRUE(api_->takes(side.path)) << side.path;
    return api_->parse({side.path, side.query, side.headers, side.body});
  }
  // What the simulator would say to a request whose body was changed.
  std::string complaint(const std::function<void(Json& body)>& change) const {
    HttpRequest request = codec().encode(question_, dialect_, endpoint_, false);
    Json body = Json::parse(request.body);
    change(body);
    request.body = body.dump();
    const auto asked = parsed(request);
    return asked ? std::string() : asked.error().message;
  }

  CallResult<Answer> decoded(const Rendered& rendered) const {
    return codec().decode({rendered.status, rendered.headers, rendered.body}, question_, dialect_);
  }
  CallResult<Answer> read(std::string_view bytes, bool in_array = false) const {
    const auto events = codec().events(question_, dialect_);
    wire::SseReader sse(
        [&](std::string_view name, std::string_view data) { events->event(name, data); });
    wire::JsonArrayReader array([&](std::string_view element) { events->event({}, element); });
    if (in_array) {
      array.feed(bytes);
    } else {
      sse.feed(bytes);
      sse.end();
    }
    if (const auto rest = parse_json(sse.rest()); rest && rest->is_object())
      return codec().decode({200, {}, std::string(sse.rest())}, question_, dialect_);
    return events->end();
  }
  std::string streamed(const Asked& asked) const {
    std::string all;
    for (const std::string& event : api_->stream(answer_, asked)) all += event;
    return all;
  }

  void expect_the_answer(const CallResult<Answer>& result) const {
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(Json::parse(result->text), Json::parse(answer_.text));
    EXPECT_EQ(result->finish, Finish::complete);
    EXPECT_EQ(result->model, answer_.model);
    EXPECT_EQ(result->response_id, answer_.response_id);
    EXPECT_EQ(result->usage, answer_.usage);
  }

  const Registry providers_ = all_providers();
  std::unique_ptr<const Api> api_;
  Question question_;
  Dialect dialect_;
  Endpoint endpoint_;
  Answer answer_;
};

TEST_P(Format, TheQuestionArrives) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    for (const bool stream : {false, true}) {
      dialect_.structured = structured;
      const auto arrived = asked(stream);
      ASSERT_TRUE(arrived.has_value()) << arrived.error().message;
      EXPECT_EQ(arrived->model, question_.model);
      EXPECT_EQ(arrived->answer_tokens_max, 700);
      EXPECT_EQ(arrived->stream, stream);
      EXPECT_EQ(arrived->forced_tool, structured == Structured::tool ? "documents" : "");
      EXPECT_TRUE(arrived->schema["properties"].contains("Vec::operator()")) << arrived->schema;
      ASSERT_EQ(arrived->messages.size(), 4U);
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(arrived->messages[i].role, question_.messages[i].role);
        EXPECT_EQ(arrived->messages[i].text, question_.messages[i].text);
      }
      EXPECT_GT(arrived->prompt_bytes, 40);
    }
  }
}

TEST_P(Format, TheAnswerComesBack) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    dialect_.structured = structured;
    const auto plain = asked();
    ASSERT_TRUE(plain.has_value());
    expect_the_answer(decoded(api_->answer(answer_, *plain)));
    auto stream = asked(true);
    ASSERT_TRUE(stream.has_value());
    expect_the_answer(read(streamed(*stream)));
    stream->usage_elsewhere = true;
    expect_the_answer(read(streamed(*stream)));
  }
}

TEST_P(Format, NoPartOfAStreamPassesForTheWhole) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    dialect_.structured = structured;
    const auto stream = asked(true);
    ASSERT_TRUE(stream.has_value());
    const std::string all = streamed(*stream);
    for (std::size_t cut = 0; cut < all.size(); ++cut) {
      const auto part = read(std::string_view(all).substr(0, cut));
      if (part) expect_the_answer(part);
      const auto plain = decoded({200, {}, api_->answer(answer_, *stream).body.substr(0, cut)});
      if (plain) expect_the_answer(plain);
    }
  }
}

TEST_P(Format, FinishReasons) {
  const auto plain = asked();
  ASSERT_TRUE(plain.has_value());
  answer_.finish = Finish::length;
  EXPECT_EQ(decoded(api_->answer(answer_, *plain))->finish, Finish::length);
  EXPECT_EQ(read(streamed(*plain))->finish, Finish::length);
  for (const Finish finish : {Finish::refusal, Finish::content_filter}) {
    answer_.finish = finish;
    for (const Finish read_as :
         {decoded(api_->answer(answer_, *plain))->finish, read(streamed(*plain))->finish}) {
      EXPECT_TRUE(read_as == Finish::refusal || read_as == Finish::content_filter);
    }
  }
}

TEST_P(Format, ErrorsMeanWhatTheySay) {
  for (const ErrorClass error_class :
       {ErrorClass::auth, ErrorClass::permission, ErrorClass::not_found, ErrorClass::context_length,
        ErrorClass::too_large, ErrorClass::invalid_request, ErrorClass::rate_limit,
        ErrorClass::quota, ErrorClass::overloaded, ErrorClass::server, ErrorClass::timeout}) {
    CallError error;
    error.error_class = error_class;
    if (error_class == ErrorClass::rate_limit) error.retry_after = std::chrono::seconds(7);
    const auto result = decoded(api_->error(error));
    ASSERT_FALSE(result.has_value()) << name(error_class);
    EXPECT_EQ(name(result.error().error_class), name(error_class));
    EXPECT_EQ(result.error().retry_after, error.retry_after);
    EXPECT_FALSE(result.error().maybe_charged);
  }
}

TEST_P(Format, ErrorsInTheMidstOfAStream) {
  const auto stream = asked(true);
  ASSERT_TRUE(stream.has_value());
  for (const ErrorClass error_class :
       {ErrorClass::overloaded, ErrorClass::server, ErrorClass::rate_limit}) {
    CallError error;
    error.error_class = error_class;
    const auto result = read(api_->stream(answer_, *stream).front() + api_->stream_error(error));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(name(result.error().error_class), name(error_class));
    EXPECT_TRUE(result.error().maybe_charged);
  }
}

TEST_P(Format, WhatDoesNotFitSaysByHowMuch) {
  const Fit fits{question_.model, 1000, 300, 700};
  EXPECT_FALSE(api_->overflow(fits).has_value());
  CallError error;
  error.error_class = ErrorClass::context_length;
  error.message = api_->overflow({question_.model, 1000, 1200, 700}).value_or("");
  const auto result = decoded(api_->error(error));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error_class, ErrorClass::context_length);
  ASSERT_TRUE(result.error().context.has_value());
  EXPECT_EQ(result.error().context->window, 1000);
  EXPECT_GE(result.error().context->requested, 1200);
}

TEST_P(Format, ModelsAreListed) {
  const auto names = codec().listed_models({200, {}, api_->models({"a-model", "b-model"}).body});
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ::testing::ElementsAre("a-model", "b-model"));
}

INSTANTIATE_TEST_SUITE_P(Simulated, Format, ::testing::Values("anthropic", "gemini"),
                         [](const auto& info) { return info.param; });

class AnthropicSimulated : public Format {};
INSTANTIATE_TEST_SUITE_P(Simulated, AnthropicSimulated, ::testing::Values("anthropic"));

TEST_P(AnthropicSimulated, RefusesWhatTheProviderRefuses) {
  const auto says = [&](const char* words, const std::function<void(Json&)>& change) {
    EXPECT_THAT(complaint(change), HasSubstr(words));
  };
  EXPECT_EQ(complaint([](Json&) {}), "");
  says("max_tokens: Field required", [](Json& body) { body.erase("max_tokens"); });
  says("seed: Extra inputs are not permitted", [](Json& body) { body["seed"] = 7; });
  says("must be non-empty", [](Json& body) { body["messages"][0]["content"][0]["text"] = ""; });
  says("non-whitespace", [](Json& body) { body["system"][0]["text"] = " \n"; });
  says("Unexpected role", [](Json& body) { body["messages"][0]["role"] = "system"; });
  says("first message", [](Json& body) { body["messages"].erase(0); });
  says("prefill", [](Json& body) { body["messages"].erase(2); });
  says("range: 0..1", [](Json& body) { body["temperature"] = 1.5; });
  says("not supported", [](Json& body) { body["temperature"] = 0; });
  says("cannot both", [](Json& body) {
    body["model"] = "claude-sonnet-4-5-20250929";
    body["temperature"] = body["top_p"] = 0.5;
  });
  says("maximum of 4 blocks", [](Json& body) {
    const Json block = {
        {"type", "text"}, {"text", "x"}, {"cache_control", {{"type", "ephemeral"}}}};
    body["system"] = Json::array({block, block, block, block, block});
  });
  says("additionalProperties",
       [](Json& body) { body["output_config"]["format"]["schema"].erase("additionalProperties"); });
  says("Property keys", [](Json& body) {
    body["output_config"]["format"]["schema"]["properties"]["a()"] = {{"type", "string"}};
  });
  says("'minLength' is not supported", [](Json& body) {
    body["output_config"]["format"]["schema"]["properties"]["a"] = {{"minLength", 1}};
  });
  says("'maximum' is not supported", [](Json& body) {
    body["output_config"]["format"]["schema"]["$defs"] = {{"d", {{"maximum", 1}}}};
  });
  says("'minItems' values", [](Json& body) {
    body["output_config"]["format"]["schema"]["properties"]["a"] = {{"minItems", 2}};
  });
  says("non-whitespace", [](Json& body) { body["stop_sequences"] = {"END", "\n"}; });
  says("'5m' or '1h'", [](Json& body) {
    body["system"][0]["cache_control"] = {{"type", "ephemeral"}, {"ttl", "1d"}};
  });
  const auto thinks = [&](const char* model, Json thinking, const char* effort = "") {
    return complaint([&](Json& body) {
      body["model"] = model;
      body["max_tokens"] = 4000;
      body["thinking"] = thinking;
      if (*effort != 0) body["output_config"]["effort"] = effort;
    });
  };
  const Json adaptive = {{"type", "adaptive"}}, off = {{"type", "disabled"}};
  const auto enabled = [](int budget) {
    return Json{{"type", "enabled"}, {"budget_tokens", budget}};
  };
  EXPECT_EQ(thinks("claude-opus-4-6", enabled(2000), "max"), "");
  EXPECT_EQ(thinks("claude-sonnet-5", adaptive, "xhigh"), "");
  EXPECT_EQ(thinks("claude-opus-5", off, "high"), "");
  EXPECT_EQ(thinks("claude-opus-4-5-20251101", enabled(1024), "low"), "");
  EXPECT_THAT(thinks("claude-opus-4-7", enabled(2000)), HasSubstr("enabled"));
  EXPECT_THAT(thinks("claude-opus-4-6", enabled(512)), HasSubstr("1024"));
  EXPECT_THAT(thinks("claude-opus-4-6", enabled(4000)), HasSubstr("greater than"));
  EXPECT_THAT(thinks("claude-opus-4-5", adaptive), HasSubstr("adaptive"));
  EXPECT_THAT(thinks("claude-fable-5", off), HasSubstr("disabled"));
  EXPECT_THAT(thinks("claude-opus-5", off, "xhigh"), HasSubstr("disabled"));
  EXPECT_THAT(thinks("claude-opus-4-6", adaptive, "xhigh"), HasSubstr("xhigh"));
  EXPECT_THAT(thinks("claude-haiku-4-5", off, "low"), HasSubstr("effort"));
  EXPECT_THAT(thinks("claude-opus-4-6", off, "much"), HasSubstr("effort"));
  dialect_.structured = Structured::tool;
  EXPECT_THAT(thinks("claude-sonnet-4-0", enabled(2000)), HasSubstr("forces tool use"));
  dialect_.structured = Structured::json_schema;
  EXPECT_EQ(complaint([](Json& body) {  // older models go on from there
              body["model"] = "claude-sonnet-4-5";
              body["messages"].erase(2);
            }),
            "");
  HttpRequest request = codec().encode(question_, dialect_, endpoint_, false);
  std::erase_if(request.headers,
                [](const auto& header) { return header.first == "anthropic-version"; });
  EXPECT_EQ(parsed(request).error().message, "anthropic-version: header is required");
  endpoint_.key.clear();
  EXPECT_EQ(asked().error().error_class, ErrorClass::auth);
}

TEST_P(AnthropicSimulated, MarksSayWhatIsStable) {
  EXPECT_EQ(asked()->stable_bytes, 0);
  dialect_.prompt_cache = PromptCache::marks;
  const auto marked = asked();
  const auto schema = static_cast<std::int64_t>(marked->schema.dump().size());
  EXPECT_EQ(marked->stable_bytes, schema + 18 + 13 + 2);
}

TEST_P(AnthropicSimulated, LimitsAreToldAsMoments) {
  LimitState state;
  state.requests = 50;
  state.requests_reset = std::chrono::milliseconds(1500);
  state.now = Time{std::chrono::days{20000}};
  const Headers headers = api_->limits(state);
  EXPECT_EQ(header(headers, "anthropic-ratelimit-requests-remaining"), "0");
  EXPECT_EQ(header(headers, "anthropic-ratelimit-requests-reset"), "2024-10-04T00:00:02Z");
  EXPECT_EQ(header(headers, "anthropic-ratelimit-tokens-limit"), "");
}

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
  says("Function calling with", [](Json& body) { body["tools"] = Json::array(); });
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
  question_.model = "gemini-2.5-flash";
  question_.parameters = {{"thinkingConfig", {{"thinkingLevel", "LOW"}}}};
  EXPECT_THAT(asked().error().message, HasSubstr("Thinking level"));
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
  CallError error;
  error.error_class = ErrorClass::content_filter;
  const auto result = decoded(api_->error(error));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->finish, Finish::content_filter);
}

}  // namespace
}  // namespace docwright::providers::simulator
