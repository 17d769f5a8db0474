#include "providers/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "providers/parameters.h"
#include "runtime/text.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

Time day(const std::string& text) {
  return parse_rfc3339(text + "T00:00:00Z").value();
}

const Time kNow = day("2026-08-21");

const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

Models shipped() {
  Result<Models> models = Models::shipped(registry());
  EXPECT_TRUE(models.has_value()) << models.error().message;
  return std::move(*models);
}

std::string error_of(const std::string& text) {
  const Result<Models> models = Models::parse({{"m.yaml", text}}, registry());
  EXPECT_FALSE(models.has_value());
  return models ? std::string() : models.error().at + ": " + models.error().message;
}

config::Node node(const std::string& text) {
  return *config::parse_yaml("docwright.yaml", text);
}

TEST(Models, TheShippedOnesAreComplete) {
  const Models models = shipped();
  std::map<std::string, int> by_provider;
  for (const Model* model : models.all()) {
    SCOPED_TRACE(model->name);
    ++by_provider[model->provider];
    EXPECT_NE(registry().find(model->provider), nullptr);
    EXPECT_NE(model->prices_at(kNow), nullptr);
    EXPECT_EQ(model->prices_as_of.has_value(), model->provider != "offline");
    EXPECT_GE(model->window_tokens, 8192);
    EXPECT_LE(model->output_tokens_max, model->window_tokens);
    EXPECT_TRUE(model->api_name.ends_with(model->name)) << model->api_name;
    if (model->provider == "openai") {
      EXPECT_EQ(model->reasoning, model->dialect.system_role == SystemRole::developer);
      EXPECT_EQ(model->reasoning, model->parameters.contains("reasoning_effort"));
      EXPECT_EQ(model->reasoning, model->parameter_words.contains("reasoning_effort"));
    }
    if (model->input_tokens_max > 0) {
      EXPECT_EQ(model->input_tokens_max + model->output_tokens_max, model->window_tokens);
    }
  }
  EXPECT_GE(by_provider["openai"], 25);
  EXPECT_GE(by_provider["anthropic"], 12);
  EXPECT_GE(by_provider["gemini"], 12);
  EXPECT_GE(by_provider["groq"], 6);
}

TEST(Models, TheShippedOnesAreSpokenToAsEachWants) {
  const Models models = shipped();
  const auto of = [&](std::string_view name) { return models.find(name)->dialect; };
  EXPECT_EQ(of("claude-sonnet-4-5").structured, Structured::json_schema);
  EXPECT_EQ(of("claude-sonnet-4-0").structured, Structured::tool);
  EXPECT_EQ(of("claude-opus-5").prompt_cache, PromptCache::marks);
  EXPECT_EQ(of("gpt-oss-120b").structured, Structured::json_schema);
  EXPECT_TRUE(of("gpt-oss-120b").strict);
  EXPECT_EQ(of("llama-3.3-70b-versatile").structured, Structured::json_object);
  EXPECT_EQ(of("llama-3.3-70b-versatile").streaming, Streaming::never);
  EXPECT_EQ(of("gpt-5.4-mini").prompt_cache, PromptCache::key);
  EXPECT_EQ(models.find("openai/gpt-oss-20b"), models.find("gpt-oss-20b"));
}

TEST(Models, ByNameAndByAlias) {
  const Models models = shipped();
  EXPECT_EQ(models.find("gpt-5.6"), models.find("gpt-5.6-sol"));
  EXPECT_EQ(models.find("nobody"), nullptr);
  const Result<const Model*> missing = models.get("gpt-5.4-mimi");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::unknown_model);
  EXPECT_THAT(missing.error().message, HasSubstr("did you mean 'gpt-5.4-mini'?"));
}

TEST(Models, ServedOnlyByTheResponsesApiSaySo) {
  const Models models = shipped();
  for (const Model* model : models.all()) {
    const bool only = model->provider == "openai" &&
                      (model->name.ends_with("-pro") || model->name.contains("codex"));
    EXPECT_EQ(model->dialect.api == Api::responses, only) << model->name;
  }
}

TEST(Models, TheShippedPricesChangeWhenTheirProviderSaysSo) {
  const Models models = shipped();
  const Model* sonnet = models.find("claude-sonnet-5");
  EXPECT_EQ(sonnet->prices_at(day("2026-08-31"))->input_cache_write_1h, 4'000'000'000);
  EXPECT_EQ(sonnet->prices_at(day("2026-09-01"))->input_cache_write_1h, 6'000'000'000);
  const Model* flash = models.find("gemini-3.7-flash");
  EXPECT_EQ(flash->prices_at(day("2026-12-31"))->output, 3'750'000'000);
  EXPECT_EQ(flash->prices_at(day("2027-01-01"))->output, 7'500'000'000);
  EXPECT_THAT(models.usable("claude-opus-4-1", kNow).error().message,
              HasSubstr("retired on 2026-08-05: use 'claude-opus-5'"));
}

// What a call costs, to the nano-dollar, by the published prices.
TEST(Models, GoldenCosts) {
  const Models models = shipped();
  const auto price = [&](std::string_view model, const Usage& usage) {
    return cost(*models.find(model)->prices_at(kNow), usage);
  };
  EXPECT_EQ(price("gpt-4o", {1000, 0, 0, 500, 0}), 7'500'000);  // 0.0025 + 0.005
  EXPECT_EQ(price("gpt-4o", {2006, 1920, 0, 300, 0}),
            5'615'000);                                    // 86 at 2.50, 1920 at 1.25, 300 at 10
  EXPECT_EQ(price("gpt-5.4-nano", {1, 0, 0, 0, 0}), 200);  // 0.20 a million
  EXPECT_EQ(price("gpt-5-nano", {1, 1, 0, 1, 1}), 405);    // 0.005 and 0.40
  EXPECT_EQ(price("gpt-5.6-luna", {10'000, 4'000, 5'000, 1'000, 0}),
            2'730'000);  // 1000, 4000 cached, 5000 written, 1000 out
  EXPECT_EQ(price("gpt-5.4", {272'000, 0, 0, 1'000, 0}),
            695'000'000);  // at the threshold: the ordinary tier
  EXPECT_EQ(price("gpt-5.4", {272'001, 0, 0, 1'000, 0}),
            1'382'505'000);  // above it, all at 5.00 and 22.50
  // 100 at 3, 1000 read at 0.30, 2000 written at 3.75, 500 for an hour at 6, 200 out at 15
  EXPECT_EQ(price("claude-sonnet-4-6", {3600, 1000, 2500, 200, 0, 500}), 14'100'000);
  EXPECT_EQ(price("gemini-2.5-pro", {262'960, 257'955, 0, 1'744, 0}), 103'161'250);
  EXPECT_EQ(price("gpt-oss-20b", {1000, 500, 0, 100, 50}), 86'250);
  EXPECT_EQ(price("offline", {1'000'000, 0, 0, 1'000'000, 0}), 0);
}

TEST(Models, ABoundIsNeverBelowACost) {
  const Models models = shipped();
  for (const Model* model : models.all()) {
    for (const std::int64_t input : {1, 271'999, 272'000, 272'001, 900'000}) {
      for (const std::int64_t cached : {std::int64_t{0}, input / 2, input}) {
        for (const std::int64_t written : {std::int64_t{0}, input - cached}) {
          EXPECT_GE(cost_bound(*model->prices_at(kNow), input, 777),
                    cost(*model->prices_at(kNow), {input, cached, written, 777, 5}))
              << model->name << ' ' << input << ' ' << cached << ' ' << written;
        }
      }
    }
  }
}

TEST(Models, AServerOfOnesOwnInYamlAlone) {
  const Result<Models> models = Models::shipped(registry(), node(R"(
local/qwen:
  base_url: http://127.0.0.1:8080
  key: {env: LAB_KEY}
  headers: {X-Team: docs}
  window_tokens: 32768
  output_tokens_max: 8192
  parameters: {temperature: 0}
  prices: {input: 0USD, output: 0USD}
)"));
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model* model = models->find("local/qwen");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->provider, "openai");
  EXPECT_EQ(model->api_name, "qwen");
  EXPECT_EQ(model->base_url, "http://127.0.0.1:8080/v1");
  EXPECT_EQ(model->dialect, Dialect{});
  EXPECT_EQ(model->parameters, (Json{{"temperature", 0}}));
  EXPECT_EQ(*model->prices_at(kNow), Prices{});
  EXPECT_EQ(config::described(model->key), "the environment variable LAB_KEY");
}

TEST(Models, WithoutPricesTheyAreUnknown) {
  const Result<Models> models = Models::parse(
      {{"m.yaml", "models: {a: {window_tokens: 9, output_tokens_max: 3}}"}}, registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  EXPECT_EQ(models->find("a")->prices_at(kNow), nullptr);
}

TEST(Models, ALaterEntryChangesWhatItNames) {
  const Result<Models> models = Models::shipped(registry(), node(R"(
gpt-4o:
  prices: {output: 12USD}
  output_tokens_max: 4096
)"));
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model* model = models->find("gpt-4o");
  EXPECT_EQ(model->output_tokens_max, 4096);
  EXPECT_EQ(model->window_tokens, 128'000);
  EXPECT_EQ(model->prices_at(kNow)->output, 12'000'000'000);
  EXPECT_EQ(model->prices_at(kNow)->input, 2'500'000'000);
  EXPECT_EQ(model->prices_at(kNow)->input_cached, 1'250'000'000);
}

TEST(Models, PricesChangeOnTheirDay) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
defaults:
  openai: {prices: {as_of: 2026-07-29}}
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    prices: {input: 2USD, output: 10USD}
    price_changes: [{from: 2026-09-01, prices: {input: 3USD, output: 15USD}}]
  b: {base: a}
)"}},
                                              registry(), node(R"(
b:
  prices: {input: 1USD, output: 4USD}
)"));
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model* model = models->find("a");
  EXPECT_EQ(model->prices_at(Time::min())->input, 2'000'000'000);
  EXPECT_EQ(model->prices_at(day("2026-09-01") - Duration{1})->output, 10'000'000'000);
  EXPECT_EQ(model->prices_at(day("2026-09-01"))->output, 15'000'000'000);
  EXPECT_EQ(model->prices_as_of, day("2026-07-29"));
  // A contract's prices go neither up nor out of date with the list's.
  EXPECT_EQ(models->find("b")->prices_at(day("2030-01-01"))->output, 4'000'000'000);
  EXPECT_EQ(models->find("b")->prices_as_of, std::nullopt);
}

TEST(Models, HalfOfThePricesOfAListThatChangesIsAMistake) {
  EXPECT_THAT(error_of(R"(
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    prices: {input: 2USD, output: 10USD}
    price_changes: [{from: 2026-09-01, prices: {input: 3USD, output: 15USD}}]
  b: {base: a, prices: {output: 9USD}}
)"),
              HasSubstr("m.yaml:8:24: 'models.b.prices': both input and output are required"));
}

TEST(Models, OldPricesAreSaid) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
models:
  a: {window_tokens: 9, output_tokens_max: 3, prices: {as_of: 2026-07-29, input: 2USD, output: 1USD}}
  b: {window_tokens: 9, output_tokens_max: 3, prices: {as_of: 2026-07-29, input: 2USD, output: 1USD}}
  c: {window_tokens: 9, output_tokens_max: 3, prices: {input: 2USD, output: 1USD}}
)"}},
                                              registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  EXPECT_THAT(models->old_prices(day("2026-09-27")), ::testing::IsEmpty());
  EXPECT_THAT(models->old_prices(day("2026-09-28")),
              ::testing::ElementsAre(HasSubstr("2026-07-29 of openai (2 models)")));
}

TEST(Models, OneThatRetiresIsRefusedFromItsDayOn) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
models:
  old: {window_tokens: 9, output_tokens_max: 3, prices: {input: 2USD, output: 1USD},
        retires: 2026-10-23, replaced_by: new}
  new: {window_tokens: 9, output_tokens_max: 3, prices: {input: 2USD, output: 1USD}}
)"}},
                                              registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Time last = day("2026-10-23") - Duration{1};
  EXPECT_TRUE(models->usable("old", last).has_value());
  EXPECT_EQ(models->find("old")->retirement(last),
            "the model 'old' retires on 2026-10-23: use 'new'");
  const auto refused = models->usable("old", day("2026-10-23"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unknown_model);
  EXPECT_EQ(refused.error().message, "the model 'old' retired on 2026-10-23: use 'new'");
}

TEST(Models, OneThatRetiresInAMonthRetiresSoon) {
  const Result<Models> models = Models::parse(
      {{"m.yaml", "models: {old: {window_tokens: 9, output_tokens_max: 3, retires: 2026-10-23}}"}},
      registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model& old = *models->find("old");
  EXPECT_FALSE(old.retires_soon(day("2026-09-23")));
  EXPECT_TRUE(old.retires_soon(day("2026-09-24")));
  EXPECT_TRUE(old.retires_soon(day("2026-10-24")));
  EXPECT_FALSE(Models::shipped(registry())->find("offline")->retires_soon(day("2026-10-24")));
}

// What `provider use NAME` means: it must be fit to be asked for as long as the list is.
TEST(Models, TheDefaultOfEachShippedProviderCanBeAsked) {
  const Result<Models> models = Models::shipped(registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  for (const char* provider : {"openai", "anthropic", "gemini", "groq", "offline"}) {
    const Model* model = models->default_of(provider);
    ASSERT_NE(model, nullptr) << provider;
    EXPECT_EQ(model->provider, provider);
    EXPECT_FALSE(model->retires) << model->name;
    EXPECT_TRUE(model->replaced_by.empty()) << model->name;
    EXPECT_TRUE(models->usable(model->name, kNow).has_value()) << model->name;
  }
  EXPECT_EQ(models->default_of("azure_openai"), nullptr);
}

TEST(Models, WithoutAPriceNoneIsAskedUnlessThatIsAllowed) {
  const std::vector<Models::NamedText> texts{
      {"m.yaml", "models: {a: {window_tokens: 9, output_tokens_max: 3}}"}};
  const auto refused = Models::parse(texts, registry())->usable("a", kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::configuration);
  EXPECT_THAT(refused.error().message, HasSubstr("unpriced_models: allow"));
  EXPECT_TRUE(
      Models::parse(texts, registry(), {}, Models::Unpriced::allow)->usable("a", kNow).has_value());
}

// Two deployments of one server, and another server: all like the provider's own model.
TEST(Models, OneMadeOfAnotherSaysOnlyWhatDiffers) {
  const Result<Models> models = Models::shipped(registry(), node(R"(
west:
  base: gpt-5.4-mini
  api_name: our-mini
  base_url: https://west.example
  key: {env: WEST_KEY}
  headers: {X-Team: docs}
west-2: {base: west, api_name: our-mini-2}
east: {base: west, base_url: https://east.example}
gateway: {base: gpt-5.4-mini, base_url: https://gateway.example}
second-key: {base: gpt-5.4-mini, key: {env: SECOND}}
elsewhere: {base: second-key, provider: azure_openai}
)"));
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Model* mini = models->find("gpt-5.4-mini");
  const Model* west = models->find("west-2");
  EXPECT_EQ(west->api_name, "our-mini-2");
  EXPECT_EQ(west->base_url, "https://west.example/v1");
  EXPECT_TRUE(west->key.given());
  EXPECT_EQ(west->window_tokens, mini->window_tokens);
  EXPECT_EQ(west->dialect, mini->dialect);
  EXPECT_EQ(west->parameters_refused, mini->parameters_refused);
  EXPECT_EQ(*west->prices_at(kNow), *mini->prices_at(kNow));
  EXPECT_EQ(models->find("gateway")->api_name, "gpt-5.4-mini");
  // Another server does not see the key of the first.
  EXPECT_FALSE(models->find("east")->key.given());
  EXPECT_FALSE(models->find("elsewhere")->key.given());
  EXPECT_TRUE(models->find("east")->headers.empty());
}

TEST(Models, ParametersHaveTheirWordsAndRanges) {
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

TEST(Models, ParametersArePlacesInMappings) {
  const Result<Models> models = Models::parse({{"m.yaml", R"(
models:
  a:
    window_tokens: 9
    output_tokens_max: 3
    parameters: {thinking: {type: disabled}}
    parameters_refused: [thinking.type=enabled, config.deep.down]
    parameters_exclusive: [temperature or top_p, thinking.type=disabled or config.effort=high or x]
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
}

// What the providers' pages say that a model refuses, where it was asked by one who did not know.
TEST(Models, TheShippedListKnowsWhatIsRefused) {
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

// In the beta with a window of a million; none that is listed has it.
TEST(Models, SonnetsLongPromptsCostMoreWhereTheWindowIsWidened) {
  const Result<Models> models = Models::shipped(registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const Prices& prices = *models->find("claude-sonnet-4-5")->prices_at(kNow);
  EXPECT_EQ(cost(prices, {.input = 200'000, .output = 1000}), 600'000'000 + 15'000'000);
  const Usage over = {.input = 300'000,
                      .input_cached = 100'000,
                      .input_cache_write = 100'000,
                      .output = 1000,
                      .input_cache_write_1h = 50'000};
  EXPECT_EQ(cost(prices, over), 600'000'000 + 60'000'000 + 375'000'000 + 600'000'000 + 22'500'000);
}

TEST(Models, EveryMistakeHasItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"models:\n  a:\n    windw_tokens: 5\n", "m.yaml:3:5: "},
      {"models:\n  a:\n    windw_tokens: 5\n", "window_tokens"},
      {"models:\n  a:\n    window_tokens: many\n    output_tokens_max: 1\n",
       "m.yaml:3:20: 'models.a.window_tokens'"},
      {"models:\n  a:\n    output_tokens_max: 1\n",
       "m.yaml:2:3: 'models.a.window_tokens': required"},
      {"models:\n  a:\n    window_tokens: 1\n", "'models.a.output_tokens_max': required"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 6}\n",
       "m.yaml:2:44: 'models.a.output_tokens_max': 6 is more than the window"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, provider: opnai}\n",
       "there is no provider 'opnai' (did you mean 'openai'?)"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, base_url: 'http://me@host'}\n",
       "holds a user name"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, prices: {input: 1USD}}\n",
       "both input and output are required"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, prices: {input: 1, output: 2USD}}\n",
       "input"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, prices: {input: 1USD, input_cached: "
       "2USD, output: 2USD}}\n",
       "never costs more"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameters: {max_tokens: 1}}\n",
       "'max_tokens' is set by docwright itself"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameters: {seed: 1}, "
       "parameters_refused: [seed]}\n",
       "'models.a.parameters': the model 'a' refuses the parameter 'seed'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, structured: maybe}\n",
       "json_schema"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, headers: {A: b}}\n",
       "base_url of its own"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, aliases: [b]}\n  b: {window_tokens: "
       "5, output_tokens_max: 5}\n",
       "'b' is the name of another model"},
      {"models:\n  'a b': {window_tokens: 5}\n", "is no name for a model"},
      {"models:\n  a: {base: gtp}\n  gpt: {window_tokens: 5, output_tokens_max: 5}\n",
       "m.yaml:2:13: 'models.a.base': there is no model 'gtp' (did you mean 'gpt'?)"},
      {"models:\n  a: {base: b}\n  b: {base: a}\n", "'models.b.base': 'a' is made of this one"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, retires: 2026-13-01}\n",
       "m.yaml:2:56: 'models.a.retires': expected a day such as 2026-08-02, got '2026-13-01'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, replaced_by: b}\n",
       "'models.a.replaced_by': there is no model 'b'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, price_changes: [{from: "
       "2026-01-01, prices: {input: 1USD, output: 1USD}}]}\n",
       "'models.a.price_changes': expected days in ascending order"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameter_ranges: {seed: 1}}\n",
       "the least and the largest number for 'seed'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameter_words: {seed: [1]}}\n",
       "expected a list of words for 'seed'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameters_exclusive: "
       "[temperature]}\n",
       "'models.a.parameters_exclusive': expected 'one or other', got 'temperature'"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, parameters: {a: 1, b: 1}, "
       "parameters_exclusive: [a or b]}\n",
       "'models.a.parameters': the model 'a' takes only one of a, b"},
      {"defaults: {openai: {window: 5}}\n", "m.yaml:1:21: unknown option 'defaults.openai.window'"},
      {"models: [a]\n", "expected a mapping"},
      {"model: {}\n", "m.yaml:1:1: 'model' is unknown here"},
      {"default_of: {openai: gpt}\nmodels: {gpt4: {window_tokens: 5, output_tokens_max: 5}}\n",
       "m.yaml:1:22: 'default_of.openai': there is no model 'gpt' (did you mean 'gpt4'?)"},
      {"default_of: {groq: a}\nmodels: {a: {window_tokens: 5, output_tokens_max: 5}}\n",
       "m.yaml:1:20: 'default_of.groq': 'a' is a model of the provider 'openai'"},
      {"default_of: {openai: [a]}\n", "m.yaml:1:22: 'default_of.openai': expected a model, got"},
      {"models: {a: {key: sk-plain}}\n", "m.yaml:1:19"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_THAT(error_of(text), HasSubstr(expected)) << text;
}

TEST(Models, AllMistakesAtOnce) {
  const std::string message =
      error_of("models:\n  a: {window_tokens: x}\n  b: {output_tokens_max: y}\n");
  EXPECT_THAT(message, HasSubstr("models.a.window_tokens"));
  EXPECT_THAT(message, HasSubstr("models.b.output_tokens_max"));
}

TEST(Models, ThePageHasEveryOption) {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/docs/providers.md");
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  const std::string reference = config::markdown_reference(model_spec());
  EXPECT_NE(page.find(reference), page.npos) << "docs/providers.md should hold:\n" << reference;
}

}  // namespace
}  // namespace docwright::providers
