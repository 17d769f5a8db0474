// What may be asked of a model, and what it refuses.
#include <gmock/gmock.h>

#include "providers/parameters.h"
#include "tests/unit/providers/models_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

TEST(ModelParameters, ParametersHaveTheirWordsAndRanges) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    parameters_refused: [seed]
    parameter_words: {reasoning_effort: [low, high]}
    parameter_ranges: {temperature: [0, 1], stop: [1, 4]}
)"}},
                                              registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Provider* openai = registry().find("openai");
  const auto refusal = [&](const char* name, const Json& value) {
    return parameter_refusal(*models->find("a"), openai, name, value);
  };
  EXPECT_EQ(refusal("reasoning_effort", "low"), "");
  EXPECT_EQ(refusal("reasoning_effort", "max"),
            "the model 'a' takes reasoning_effort low, high, got \"max\"");
  EXPECT_EQ(refusal("temperature", 0), "");
  EXPECT_EQ(refusal("temperature", 1), "");
  EXPECT_EQ(refusal("temperature", 1.5), "the model 'a' takes temperature from 0 to 1, got 1.5");
  EXPECT_EQ(refusal("stop", {"a", "b"}), "");
  EXPECT_EQ(refusal("stop", {"a", "b", "c", "d", "e"}),
            "the model 'a' takes entries of stop from 1 to 4, got 5");
  EXPECT_EQ(refusal("seed", 1), "the model 'a' refuses the parameter 'seed': leave it out");
  EXPECT_EQ(refusal("messages", Json::array()),
            "'messages' is set by docwright itself: leave it out");
  EXPECT_EQ(refusal("top_p", 3), "");
}

TEST(ModelParameters, AnEntrySaysNothingOfParametersThatItDoesNotName) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
defaults:
  openai:
    parameter_words: {service_tier: [default], reasoning_effort: [low]}
    parameter_ranges: {temperature: [0, 1]}
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    parameter_words: {reasoning_effort: [high]}
    parameter_ranges: {top_p: [0, 1]}
)"}},
                                              registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const auto takes = [&](const char* name, const Json& value) {
    return parameter_refusal(*models->find("a"), registry().find("openai"), name, value).empty();
  };
  EXPECT_FALSE(takes("service_tier", "priority"));
  EXPECT_TRUE(takes("reasoning_effort", "high"));
  EXPECT_FALSE(takes("reasoning_effort", "low"));
  EXPECT_FALSE(takes("temperature", 2));
  EXPECT_FALSE(takes("top_p", 2));
}

TEST(ModelParameters, ParametersArePlacesInMappings) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    parameters: {thinking: {type: disabled}}
    parameters_refused: [thinking.type=enabled, config.deep.down]
    parameters_exclusive: [temperature or top_p, thinking.type=disabled or config.effort=high or x]
    parameters_below_limit: [thinking.budget]
    parameter_words: {config.effort: [low, high]}
    parameter_ranges: {thinking.budget: [10, 20]}
)"}},
                                              registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model& model = *models->find("a");
  const auto refusal = [&](const char* name, const char* value) {
    return parameter_refusal(model, nullptr, name, Json::parse(value));
  };
  EXPECT_EQ(refusal("thinking", R"({"type": "disabled", "budget": 20})"), "");
  EXPECT_EQ(refusal("thinking", R"({"type": "enabled"})"),
            "the model 'a' refuses the parameter 'thinking.type=enabled': leave it out");
  EXPECT_EQ(refusal("config", R"({"deep": {"down": 1}})"),
            "the model 'a' refuses the parameter 'config.deep.down': leave it out");
  for (const char* other : {R"({"deep": {"down": null}})", R"({"deep": 1})", "[1]", "null"})
    EXPECT_EQ(refusal("config", other), "") << other;
  EXPECT_EQ(refusal("config", R"({"effort": "max"})"),
            "the model 'a' takes config.effort low, high, got \"max\"");
  EXPECT_EQ(refusal("thinking", R"({"budget": 21})"),
            "the model 'a' takes thinking.budget from 10 to 20, got 21");

  const auto conflict = [&](const char* more) {
    Json parameters = model.parameters;
    override_parameters(parameters, Json::parse(more));
    return parameter_conflict(model, parameters);
  };
  EXPECT_EQ(conflict(R"({"temperature": 0, "config": {"effort": "low"}})"), "");
  EXPECT_EQ(conflict(R"({"temperature": 0, "top_p": 1})"),
            "the model 'a' takes only one of temperature, top_p: leave the others out");
  EXPECT_THAT(conflict(R"({"config": {"effort": "high"}})"), HasSubstr("config.effort=high"));
  EXPECT_THAT(conflict(R"({"x": 0})"), HasSubstr("only one of thinking.type=disabled"));
  EXPECT_EQ(conflict(R"({"x": 0, "thinking": null})"), "") << "null takes a default out";

  const auto below = [&](const char* thinking, std::int64_t answer_tokens_max) {
    return parameter_conflict(model, {{"thinking", Json::parse(thinking)}}, answer_tokens_max);
  };
  EXPECT_EQ(below(R"({"budget": 11})", 12), "");
  EXPECT_EQ(
      below(R"({"budget": 12})", 12),
      "the model 'a' takes thinking.budget below the answer limit of 12 tokens alone, got 12");
  EXPECT_EQ(below(R"({"budget": 12})", 0), "") << "the limit is not known";
}

// What the providers' pages say that a model refuses, where it was asked by one who did not know.
TEST(ModelParameters, TheShippedListKnowsWhatIsRefused) {
  const Result<Models> models = Models::shipped(registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const auto takes = [&](const std::string& name, const char* more) {
    const Model& model = *models->find(name);
    Json parameters = model.parameters;
    const Json given = Json::parse(more);
    override_parameters(parameters, given);
    const Provider* provider = registry().find(model.provider);
    const auto refused = [&](const auto& entry) {
      return !parameter_refusal(model, provider, entry.key(), entry.value()).empty();
    };
    const auto items = given.items();
    return parameter_conflict(model, parameters).empty() &&
           std::ranges::none_of(items.begin(), items.end(), refused);
  };
  // Models that may reason take these as long as they do not.
  EXPECT_TRUE(takes("gpt-5.4-mini", R"({"temperature": 0, "top_p": 0.5})"));
  EXPECT_TRUE(takes("gpt-5.4-mini", R"({"reasoning_effort": "high"})"));
  EXPECT_TRUE(takes("gpt-5.4-mini", R"({"service_tier": "default"})"));
  EXPECT_FALSE(takes("gpt-5.4-mini", R"({"service_tier": "priority"})")) << "at other prices";
  EXPECT_FALSE(takes("gpt-oss-20b", R"({"service_tier": "performance"})"));
  EXPECT_TRUE(takes("gpt-5.4-mini", R"({"reasoning_effort": null, "temperature": 0})"));
  EXPECT_FALSE(takes("gpt-5.4-mini", R"({"reasoning_effort": "high", "temperature": 0})"));
  EXPECT_FALSE(takes("gpt-5.1", R"({"reasoning_effort": "low", "top_p": 0.5})"));
  EXPECT_FALSE(takes("gpt-5.4-mini", R"({"stop": ["x"]})"));
  EXPECT_FALSE(takes("gpt-5", R"({"temperature": 0})"));
  EXPECT_FALSE(takes("gpt-4.1", R"({"stop": ["a", "b", "c", "d", "e"]})"));
  EXPECT_FALSE(takes("llama-3.1-8b-instant", R"({"logit_bias": {}})"));
  const char* kEnabled = R"({"thinking": {"type": "enabled", "budget_tokens": 2048}})";
  const char* kAdaptive = R"({"thinking": {"type": "adaptive"}})";
  const char* kOff = R"({"thinking": {"type": "disabled"}})";
  const char* kVeryHigh = R"({"output_config": {"effort": "xhigh"}})";
  const char* kLow = R"({"output_config": {"effort": "low"}})";
  const char* kBoth = R"({"temperature": 0, "top_p": 0.5})";
  for (const char* name : {"claude-fable-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7",
                           "claude-sonnet-5"}) {
    EXPECT_FALSE(takes(name, R"({"temperature": 0})")) << name;
    EXPECT_FALSE(takes(name, R"({"top_k": 5})")) << name;
    EXPECT_FALSE(takes(name, kEnabled)) << name;
    EXPECT_TRUE(takes(name, kAdaptive)) << name;
    EXPECT_TRUE(takes(name, kLow)) << name;
    EXPECT_EQ(takes(name, kOff), std::string_view(name) != "claude-fable-5") << name;
  }
  EXPECT_FALSE(takes("claude-opus-5", kVeryHigh)) << "it does not think, unless it is told to";
  EXPECT_TRUE(takes("claude-opus-5",
                    R"({"output_config": {"effort": "xhigh"}, "thinking": {"type": "adaptive"}})"));
  EXPECT_TRUE(takes("claude-opus-4-7", kVeryHigh));
  for (const char* name : {"claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5",
                           "claude-sonnet-4-5", "claude-haiku-4-5"}) {
    EXPECT_TRUE(takes(name, R"({"temperature": 0})")) << name;
    EXPECT_FALSE(takes(name, R"({"temperature": 1.5})")) << name;
    EXPECT_FALSE(takes(name, kBoth)) << name;
    EXPECT_FALSE(takes(name, kVeryHigh)) << name;
    EXPECT_TRUE(takes(name, kEnabled)) << name;
    EXPECT_FALSE(takes(name, R"({"thinking": {"type": "enabled", "budget_tokens": 512}})")) << name;
    EXPECT_EQ(takes(name, kAdaptive), std::string_view(name).ends_with("-6")) << name;
    EXPECT_EQ(takes(name, kLow), !std::string_view(name).ends_with("t-4-5") &&
                                     !std::string_view(name).starts_with("claude-haiku"))
        << name;
  }
  EXPECT_FALSE(takes("claude-sonnet-4-0", kEnabled)) << "a tool that must be called excludes it";
  for (const char* thinking : {R"("enabled", "budget_tokens": 2000)", R"("adaptive")"}) {
    const std::string with = std::string(R"({"thinking": {"type": )") + thinking + "}, ";
    EXPECT_FALSE(takes("claude-opus-4-6", (with + R"("temperature": 0})").c_str())) << thinking;
    EXPECT_FALSE(takes("claude-opus-4-6", (with + R"("top_k": 5})").c_str())) << thinking;
    EXPECT_TRUE(takes("claude-opus-4-6", (with + R"("temperature": 1})").c_str())) << thinking;
  }
  EXPECT_FALSE(takes("claude-opus-4-8", R"({"speed": "fast"})")) << "at other prices";
  EXPECT_FALSE(takes("claude-opus-4-8", R"({"inference_geo": "us"})"));

  const char* kLevel = R"({"thinkingConfig": {"thinkingLevel": "LOW"}})";
  const char* kBudget = R"({"thinkingConfig": {"thinkingBudget": 0}})";
  const char* kTwo = R"({"thinkingConfig": {"thinkingBudget": 0, "thinkingLevel": "LOW"}})";
  EXPECT_TRUE(takes("gemini-3.7-flash", kLevel));
  EXPECT_TRUE(takes("gemini-2.5-flash", kBudget));
  EXPECT_FALSE(takes("gemini-2.5-flash", kLevel));
  EXPECT_FALSE(takes("gemini-2.5-pro", kBudget)) << "it cannot but think";
  EXPECT_TRUE(takes("gemini-2.5-pro", R"({"thinkingConfig": {"thinkingBudget": -1}})"));
  EXPECT_TRUE(takes("gemini-2.5-flash", R"({"stop": ["1", "2", "3", "4", "5"]})"));
  EXPECT_FALSE(takes("gemini-2.5-flash", R"({"stop": ["1", "2", "3", "4", "5", "6"]})"));
  EXPECT_FALSE(takes("gemini-3.7-flash", kTwo));
  EXPECT_FALSE(takes("gemini-2.0-flash", kBudget));
  EXPECT_FALSE(takes("gemini-3.7-flash", R"({"serviceTier": "priority"})")) << "at other prices";
  EXPECT_FALSE(takes("gemini-3.7-flash", R"({"service_tier": "flex"})"));
}

}  // namespace
}  // namespace docwright::providers
