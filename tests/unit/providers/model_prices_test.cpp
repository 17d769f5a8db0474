// What a call to a model costs, and when.
#include <gmock/gmock.h>

#include "tests/unit/providers/models_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

TEST(ModelPrices, TheShippedPricesChangeWhenTheirProviderSaysSo) {
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
TEST(ModelPrices, GoldenCosts) {
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

TEST(ModelPrices, ABoundIsNeverBelowACost) {
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

TEST(ModelPrices, WithoutPricesTheyAreUnknown) {
  const Result<Models> models = Models::parse(
      {{"m.yaml", "models: {a: {window_tokens: 9, output_tokens_max: 3}}"}}, registry());
  ASSERT_TRUE(models.has_value()) << models.error().message;
  EXPECT_EQ(models->find("a")->prices_at(kNow), nullptr);
}

TEST(ModelPrices, PricesChangeOnTheirDay) {
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

TEST(ModelPrices, HalfOfThePricesOfAListThatChangesIsAMistake) {
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

TEST(ModelPrices, OldPricesAreSaid) {
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

TEST(ModelPrices, WithoutAPriceNoneIsAskedUnlessThatIsAllowed) {
  const std::vector<Models::NamedText> texts{
      {"m.yaml", "models: {a: {window_tokens: 9, output_tokens_max: 3}}"}};
  const auto refused = Models::parse(texts, registry())->usable("a", kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::configuration);
  EXPECT_THAT(refused.error().message, HasSubstr("unpriced_models: allow"));
  EXPECT_TRUE(
      Models::parse(texts, registry(), {}, Models::Unpriced::allow)->usable("a", kNow).has_value());
}

// In the beta with a window of a million; none that is listed has it.
TEST(ModelPrices, SonnetsLongPromptsCostMoreWhereTheWindowIsWidened) {
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

}  // namespace
}  // namespace docwright::providers
