// The catalogue: what is shipped, what own entries say, mistakes and their places.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "providers/parameters.h"
#include "tests/unit/providers/models_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

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
