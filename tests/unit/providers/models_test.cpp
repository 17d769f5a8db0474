#include "providers/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

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
  EXPECT_GE(models.all().size(), 25U);
  for (const Model* model : models.all()) {
    SCOPED_TRACE(model->name);
    EXPECT_NE(registry().find(model->provider), nullptr);
    EXPECT_TRUE(model->prices.has_value());
    EXPECT_GE(model->window_tokens, 8192);
    EXPECT_LE(model->output_tokens_max, model->window_tokens);
    EXPECT_EQ(model->api_name, model->name);
    EXPECT_EQ(model->reasoning, model->dialect.system_role == SystemRole::developer);
    EXPECT_EQ(model->reasoning, model->parameters.contains("reasoning_effort"));
    if (model->input_tokens_max > 0) {
      EXPECT_EQ(model->input_tokens_max + model->output_tokens_max, model->window_tokens);
    }
  }
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

TEST(Models, ServedOnlyByTheResponsesApiAreNotListed) {
  const Models models = shipped();
  for (const Model* model : models.all()) {
    EXPECT_FALSE(model->name.ends_with("-pro")) << model->name;
    EXPECT_EQ(model->name.find("codex"), std::string::npos) << model->name;
  }
}

// What a call costs, to the nano-dollar, by the published prices.
TEST(Models, GoldenCosts) {
  const Models models = shipped();
  const auto price = [&](std::string_view model, const Usage& usage) {
    return cost(*models.find(model)->prices, usage);
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
  EXPECT_EQ(price("offline", {1'000'000, 0, 0, 1'000'000, 0}), 0);
}

TEST(Models, ABoundIsNeverBelowACost) {
  const Models models = shipped();
  for (const Model* model : models.all()) {
    for (const std::int64_t input : {1, 271'999, 272'000, 272'001, 900'000}) {
      for (const std::int64_t cached : {std::int64_t{0}, input / 2, input}) {
        for (const std::int64_t written : {std::int64_t{0}, input - cached}) {
          EXPECT_GE(cost_bound(*model->prices, input, 777),
                    cost(*model->prices, {input, cached, written, 777, 5}))
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
  EXPECT_EQ(model->prices, Prices{});
  EXPECT_EQ(config::described(model->key), "the environment variable LAB_KEY");
}

TEST(Models, WithoutPricesTheyAreUnknown) {
  const Result<Models> models = Models::parse(
      {{"m.yaml", "models: {a: {window_tokens: 9, output_tokens_max: 3}}"}}, registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  EXPECT_FALSE(models->find("a")->prices.has_value());
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
  EXPECT_EQ(model->prices->output, 12'000'000'000);
  EXPECT_EQ(model->prices->input, 2'500'000'000);
  EXPECT_EQ(model->prices->input_cached, 1'250'000'000);
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
       "'seed' is among parameters_refused"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, structured: maybe}\n",
       "json_schema"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, headers: {A: b}}\n",
       "base_url of its own"},
      {"models:\n  a: {window_tokens: 5, output_tokens_max: 5, aliases: [b]}\n  b: {window_tokens: "
       "5, output_tokens_max: 5}\n",
       "'b' is the name of another model"},
      {"models:\n  'a b': {window_tokens: 5}\n", "is no name for a model"},
      {"models: [a]\n", "expected a mapping"},
      {"model: {}\n", "m.yaml:1:1: 'model' is unknown here"},
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
