#include "providers/anthropic/anthropic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/models.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const Codec& codec() {
  static const Provider provider = anthropic::provider();
  return *provider.codec;
}

Question small_question() {
  Question question;
  question.model = "claude-sonnet-4-6";
  question.messages = {{"system", "You document code.", true},
                       {"user", "def g(): pass", true},
                       {"assistant", "{}", true},
                       {"user", "def f(): \"quoted\"\n\tä"}};
  question.answer_tokens_max = 700;
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(Json{{"type", "object"},
                                                      {"properties", Json::object()},
                                                      {"required", Json::array()},
                                                      {"additionalProperties", false}});
  return question;
}

Endpoint endpoint() {
  return {"https://api.anthropic.com/v1", "sk-ant-secret", "", {{"anthropic-beta", "x"}}, "", ""};
}

Json body_of(const Question& question, const Dialect& dialect, bool stream = false) {
  return Json::parse(codec().encode(question, dialect, endpoint(), stream).body);
}

TEST(AnthropicRequest, AddressAndHeaders) {
  const HttpRequest request = codec().encode(small_question(), {}, endpoint(), false);
  EXPECT_EQ(request.url, "https://api.anthropic.com/v1/messages");
  EXPECT_THAT(request.headers, Contains(Pair("x-api-key", "sk-ant-secret")));
  EXPECT_THAT(request.headers, Contains(Pair("anthropic-version", "2023-06-01")));
  EXPECT_THAT(request.headers, Contains(Pair("anthropic-beta", "x")));
  EXPECT_EQ(request.body.find("sk-ant-secret"), request.body.npos);
  const Dialect newer{.api_version = "2027-01-01"};
  EXPECT_THAT(codec().encode(small_question(), newer, endpoint(), false).headers,
              Contains(Pair("anthropic-version", "2027-01-01")));
}

TEST(AnthropicRequest, WholeBody) {
  EXPECT_EQ(body_of(small_question(), {}), Json::parse(R"({
    "model": "claude-sonnet-4-6", "max_tokens": 700,
    "system": [{"type": "text", "text": "You document code."}],
    "messages": [{"role": "user", "content": [{"type": "text", "text": "def g(): pass"}]},
                 {"role": "assistant", "content": [{"type": "text", "text": "{}"}]},
                 {"role": "user", "content": [{"type": "text", "text": "def f(): \"quoted\"\n\tä"}]}],
    "output_config": {"format": {"type": "json_schema", "schema":
      {"type": "object", "properties": {}, "required": [], "additionalProperties": false}}}})"));
}

TEST(AnthropicRequest, OneToolMustBeCalledWhereThereIsNoBetterForm) {
  const Json body = body_of(small_question(), {.structured = Structured::tool});
  EXPECT_FALSE(body.contains("output_config"));
  EXPECT_EQ(body["tools"].size(), 1U);
  EXPECT_EQ(body["tools"][0]["name"], "documents");
  EXPECT_EQ(body["tools"][0]["input_schema"]["type"], "object");
  EXPECT_EQ(body["tool_choice"], Json::parse(R"({"type": "tool", "name": "documents",
                                                 "disable_parallel_tool_use": true})"));
}

TEST(AnthropicRequest, WithoutASchemaItStandsInTheSystemPrompt) {
  for (const Structured structured : {Structured::json_object, Structured::none}) {
    const Json body = body_of(small_question(), {.structured = structured});
    EXPECT_FALSE(body.contains("output_config"));
    EXPECT_THAT(body["system"][1]["text"].get<std::string>(), HasSubstr(R"({"type":"object")"));
  }
}

TEST(AnthropicRequest, TheLastStableBlockIsMarked) {
  const auto marks = [](const Json& body) {
    std::vector<std::string> marked;
    for (const Json& block : body["system"]) {
      if (block.contains("cache_control")) marked.push_back(block["text"].get<std::string>());
    }
    for (const Json& turn : body["messages"]) {
      for (const Json& block : turn["content"]) {
        if (block.contains("cache_control")) marked.push_back(block["text"].get<std::string>());
      }
    }
    return marked;
  };
  const Dialect dialect{.prompt_cache = PromptCache::marks};
  Question question = small_question();
  EXPECT_THAT(marks(body_of(question, dialect)), ElementsAre("{}"));
  question.messages[1].stable = question.messages[2].stable = false;
  EXPECT_THAT(marks(body_of(question, dialect)), ElementsAre("You document code."));
  question.messages[0].stable = false;
  EXPECT_THAT(marks(body_of(question, dialect)), ElementsAre());
  EXPECT_THAT(marks(body_of(small_question(), {})), ElementsAre());
}

TEST(AnthropicRequest, NoBlockIsEmptyAndTurnsAlternate) {
  Question question = small_question();
  question.messages = {{"system", " \n"}, {"user", "a"}, {"user", ""}, {"user", "b"}};
  const Json body = body_of(question, {});
  EXPECT_FALSE(body.contains("system"));
  EXPECT_EQ(body["messages"].size(), 1U);
  EXPECT_EQ(body["messages"][0]["content"].size(), 2U);
}

TEST(AnthropicRequest, Parameters) {
  Question question = small_question();
  question.parameters = {{"temperature", 0},
                         {"stop", "END"},
                         {"thinking", {{"type", "disabled"}}},
                         {"output_config", {{"effort", "low"}, {"format", "mine"}}},
                         {"max_tokens", 99999},
                         {"stream", true},
                         {"tools", Json::array()},
                         {"seed", 7}};
  const Json body = body_of(question, {});
  EXPECT_EQ(body["temperature"], 0);
  EXPECT_EQ(body["stop_sequences"], Json({"END"}));
  EXPECT_EQ(body["thinking"]["type"], "disabled");
  EXPECT_EQ(body["output_config"]["effort"], "low");
  EXPECT_EQ(body["output_config"]["format"]["type"], "json_schema");
  EXPECT_EQ(body["max_tokens"], 700);
  for (const char* name : {"stop", "stream", "tools", "seed"}) EXPECT_FALSE(body.contains(name));
  EXPECT_TRUE(codec().reserves("max_tokens"));
  EXPECT_TRUE(codec().lacks("seed", {}));
  EXPECT_FALSE(codec().reserves("temperature") || codec().lacks("temperature", {}));
  EXPECT_EQ(body_of(question, {.structured = Structured::tool})["output_config"],
            Json({{"effort", "low"}}));
}

TEST(AnthropicRequest, LongAnswersAreStreamedInAnyCase) {
  Question question = small_question();
  EXPECT_FALSE(body_of(question, {}).contains("stream"));
  EXPECT_EQ(body_of(question, {}, true)["stream"], true);
  question.answer_tokens_max = 21'333;
  EXPECT_FALSE(body_of(question, {}).contains("stream"));
  question.answer_tokens_max = 21'334;
  EXPECT_EQ(body_of(question, {})["stream"], true);
}

// A token has at least one byte: whatever the request holds beyond the texts must be covered.
TEST(AnthropicRequest, OverheadCoversEverythingButTheTexts) {
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

// litellm #9812: cache writes counted twice, $0.0913 instead of $0.0544.
TEST(AnthropicGoldenCost, Litellm9812CacheWritesAreCountedOnce) {
  const Json body = {{"content", Json::array()},
                     {"stop_reason", "end_turn"},
                     {"usage",
                      {{"input_tokens", 3},
                       {"cache_creation_input_tokens", 12304},
                       {"cache_read_input_tokens", 0},
                       {"output_tokens", 550}}}};
  const auto answer = codec().decode({200, {}, body.dump()}, small_question(), {});
  ASSERT_TRUE(answer && answer->usage);
  Prices claude_3_7;
  claude_3_7.input = 3'000'000'000;
  claude_3_7.input_cached = 300'000'000;
  claude_3_7.input_cache_write = 3'750'000'000;
  claude_3_7.output = 15'000'000'000;
  EXPECT_EQ(cost(claude_3_7, *answer->usage), 54'399'000);
}

// Nobody asks for an hour; where one is reported nevertheless, it is charged as such, plain and
// streamed, and the bound of a request covers it.
TEST(AnthropicGoldenCost, WritesKeptForAnHourCostWhatTheyCost) {
  const Json usage = Json::parse(R"({"input_tokens": 40, "cache_creation_input_tokens": 500,
    "cache_read_input_tokens": 6000, "output_tokens": 180,
    "cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 200}})");
  const Json body = {{"content", Json::array()}, {"stop_reason", "end_turn"}, {"usage", usage}};
  const Question question = small_question();
  const Dialect dialect;
  const auto plain = codec().decode({200, {}, body.dump()}, question, dialect);
  const auto events = codec().events(question, dialect);
  const auto event = [&](const Json& data) { events->event({}, data.dump()); };
  event({{"type", "message_start"}, {"message", {{"id", "msg_1"}, {"usage", usage}}}});
  event({{"type", "message_delta"},
         {"delta", {{"stop_reason", "end_turn"}}},
         {"usage", {{"output_tokens", 180}}}});
  event({{"type", "message_stop"}});
  const auto streamed = events->end();

  const Registry registry = all_providers();
  const Result<Models> models = Models::shipped(registry);
  ASSERT_TRUE(models && plain && plain->usage && streamed);
  EXPECT_EQ(plain->usage, streamed->usage);
  const Prices& prices = *models->find("claude-sonnet-4-6")->prices_at(Time::max());
  EXPECT_EQ(cost(prices, *plain->usage),
            40 * 3'000 + 300 * 3'750 + 200 * 6'000 + 6000 * 300 + 180 * 15'000);
  for (const Model* model : models->all()) {
    if (model->provider != "anthropic") continue;
    for (const PricesFrom& period : model->price_list) {
      const Prices& list = period.prices;
      EXPECT_EQ(list.input_cache_write * 4, list.input * 5) << model->name;
      EXPECT_EQ(list.input_cache_write_1h, list.input * 2) << model->name;
      EXPECT_EQ(list.input_cached * 10, list.input) << model->name;
      EXPECT_GE(
          cost_bound(list, 1000, 0),
          cost(list, {.input = 1000, .input_cache_write = 1000, .input_cache_write_1h = 1000}));
    }
  }
}

TEST(AnthropicModels, AreListed) {
  const HttpRequest request = codec().list_models(endpoint(), {});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://api.anthropic.com/v1/models?limit=1000");
  EXPECT_THAT(request.headers, Contains(Pair("anthropic-version", "2023-06-01")));
  const auto names = codec().listed_models(
      {200,
       {},
       R"({"data":[{"type":"model","id":"claude-a"},{"id":"claude-b"}],"has_more":false})"});
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ElementsAre("claude-a", "claude-b"));
  EXPECT_EQ(codec().listed_models({401, {}, "{}"}).error().error_class, ErrorClass::auth);
  EXPECT_EQ(codec().listed_models({200, {}, "[]"}).error().error_class, ErrorClass::malformed);
}

}  // namespace
}  // namespace docwright::providers
