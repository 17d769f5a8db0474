// The catalogue of routes: what is read, and what is refused with which words.
#include "pipeline/routes.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace docwright::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RoutesTest : public testing::Test {
 protected:
  Result<Routes> parse(const std::string& text) const {
    const auto node = config::parse_yaml("docwright.yaml", text);
    EXPECT_TRUE(node);
    const config::Node* further = node->find("routes");
    return Routes::parse({}, models_, further == nullptr ? config::Node{} : *further);
  }
  std::string error(const std::string& text) const {
    const auto routes = parse(text);
    return routes ? "no error" : routes.error().at + ": " + routes.error().message;
  }

  providers::Registry providers_ = providers::all_providers();
  providers::Models models_ =
      providers::Models::parse(
          {{"models.yaml",
            "models:\n"
            "  small: {window_tokens: 8000, output_tokens_max: 4000, aliases: [tiny]}\n"
            "  large: {window_tokens: 9000, output_tokens_max: 4000}\n"}},
          providers_)
          .value();
};

TEST_F(RoutesTest, ATargetIsANameOrAMapping) {
  const auto routes = parse(
      "routes:\n"
      "  mine:\n"
      "    order: weight\n"
      "    targets:\n"
      "      - tiny\n"
      "      - {model: large, weight: 3, for: {tokens_max: 4000, kinds: [function, method], "
      "visibility: [private]}}\n");
  ASSERT_TRUE(routes) << routes.error().message;
  const Route& route = *routes->find("mine");
  EXPECT_EQ(route.order, Route::Order::weight);
  ASSERT_EQ(route.targets.size(), 2U);
  EXPECT_EQ(route.targets[0].model, "tiny");
  EXPECT_EQ(route.targets[1].weight, 3);
  EXPECT_EQ(route.targets[1].conditions.tokens_max, 4000);
  EXPECT_THAT(route.targets[1].conditions.kinds, ElementsAre("function", "method"));
  EXPECT_THAT(route.targets[1].conditions.visibility, ElementsAre("private"));
}

TEST_F(RoutesTest, WhatIsWrongIsSaidWithItsPlaceAndTheNearestName) {
  EXPECT_EQ(error("routes: {mine: {targets: [smal]}}"),
            "docwright.yaml:1:27: 'routes.mine.targets[0]': unknown model 'smal' (did you mean "
            "'small'?)");
  EXPECT_EQ(error("routes: {mine: {targets: [{model: lage}]}}"),
            "docwright.yaml:1:35: 'routes.mine.targets[0]': unknown model 'lage' (did you mean "
            "'large'?)");
  EXPECT_EQ(error("routes: {mine: {targets: []}}"),
            "docwright.yaml:1:26: 'routes.mine.targets': expected a list of 1 to 16 models, got a "
            "list");
  EXPECT_THAT(error("routes: {mine: {order: cheap, targets: [small]}}"),
              HasSubstr("expected one of listed, weight, latency, price; got 'cheap'"));
  EXPECT_THAT(error("routes: {mine: {targets: [{model: small, for: {kinds: [functon]}}]}}"),
              HasSubstr("got 'functon' (did you mean 'function'?)"));
  EXPECT_THAT(error("routes: {small: {targets: [large]}}"),
              HasSubstr("'routes.small': a model has that name already"));
  EXPECT_THAT(error("routes: {mine: {order: price}}"), HasSubstr("targets"));
}

TEST_F(RoutesTest, AModelARouteOrAListMayBeNamed) {
  const auto routes = parse("routes: {mine: {targets: [small, large]}}");
  ASSERT_TRUE(routes);
  const auto named = [&](const std::vector<std::string>& names) {
    return route_of(names, models_, *routes);
  };
  EXPECT_EQ(named({"mine"})->name, "mine");
  EXPECT_EQ(named({"tiny"})->targets.size(), 1U);
  EXPECT_EQ(named({"large", "small"})->targets[0].model, "large");
  EXPECT_THAT(named({"min"}).error().message, HasSubstr("did you mean 'mine'?"));
  EXPECT_EQ(named({"large", "mine"}).error().code, Code::unknown_model);
}

TEST_F(RoutesTest, TheShippedRoutesNameShippedModels) {
  const auto models = providers::Models::shipped(providers_);
  ASSERT_TRUE(models);
  const auto routes = Routes::shipped(*models);
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_NE(routes->find("cheap"), nullptr);
  EXPECT_NE(routes->find("best"), nullptr);
}

TEST_F(RoutesTest, ThePageHasEveryOption) {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/docs/models.md");
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  for (const std::string& reference :
       {config::markdown_reference(route_spec()), config::markdown_reference(target_spec())})
    EXPECT_NE(page.find(reference), page.npos) << "docs/models.md should hold:\n" << reference;
}

}  // namespace
}  // namespace docwright::pipeline
