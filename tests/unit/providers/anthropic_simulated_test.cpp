// Anthropic's side as the simulator plays it: what it refuses, and what is its own way.
#include <gmock/gmock.h>

#include "tests/unit/providers/format_fixture.h"

namespace docwright::providers::simulator {
namespace {

using ::testing::HasSubstr;

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
  says("'1h' cache_control block must not come after", [](Json& body) {
    const auto marked = [](const char* ttl) {
      return Json{{"type", "text"},
                  {"text", "x"},
                  {"cache_control", {{"type", "ephemeral"}, {"ttl", ttl}}}};
    };
    body["system"] = {marked("1h"), marked("5m"), marked("1h")};
  });
  says("trailing whitespace", [](Json& body) {
    body["model"] = "claude-sonnet-4-5";
    body["messages"][2] = {{"role", "assistant"}, {"content", "{ "}};
  });
  says("does not support output format", [](Json& body) { body["model"] = "claude-sonnet-4-0"; });
  EXPECT_EQ(complaint([](Json& body) { body["model"] = "deployment-2"; }), "");
  says("only be specified while providing tools",
       [](Json& body) { body["tool_choice"] = {{"type", "any"}}; });
  const Json tool = {{"name", "f"}, {"input_schema", {{"type", "object"}}}};
  says("Tool 'g' not found", [&](Json& body) {
    body["tools"] = Json::array({tool});
    body["tool_choice"] = {{"type", "tool"}, {"name", "g"}};
  });
  says("should match pattern", [&](Json& body) {
    body["tools"] = Json::array({tool});
    body["tools"][0]["name"] = "a b";
  });
  for (const char* name : {"temperature", "top_k"}) {
    says(name, [&](Json& body) {
      body["model"] = "claude-opus-4-6";
      body["thinking"] = {{"type", "adaptive"}};
      body[name] = 0;
    });
  }
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

TEST_P(AnthropicSimulated, AnAnswerLimitAboveTheModelsIsRefused) {
  Fit fit{.model = "claude-haiku-4-5", .answer_tokens_max = 64'000, .output_max = 64'000};
  EXPECT_EQ(api_->too_long_an_answer(fit), std::nullopt);
  fit.answer_tokens_max = 70'000;
  EXPECT_THAT(*api_->too_long_an_answer(fit), HasSubstr("max_tokens: 70000 > 64000"));
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

}  // namespace
}  // namespace docwright::providers::simulator
