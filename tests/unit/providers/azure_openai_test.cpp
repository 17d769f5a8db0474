#include "providers/azure_openai/azure_openai.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::providers {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::Pair;

constexpr const char* kResource = "https://res.openai.azure.com";

const Codec& codec() {
  static const Provider provider = azure_openai::provider();
  return *provider.codec;
}

Question question() {
  Question question;
  question.model = "my deployment";
  question.messages = {{"user", "x"}};
  question.answer_tokens_max = 10;
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(Json{{"type", "object"}});
  return question;
}

HttpRequest sent(const Dialect& dialect, Endpoint endpoint = {.base_url = kResource}) {
  endpoint.key = "secret";
  return codec().encode(question(), dialect, endpoint, false);
}

TEST(AzureRequest, TheDeploymentStandsInThePathOrInTheBody) {
  EXPECT_EQ(sent({.deployment_url = true}).url,
            "https://res.openai.azure.com/openai/deployments/my%20deployment/chat/completions"
            "?api-version=2024-10-21");
  EXPECT_EQ(sent({.api_version = "2025-04-01-preview", .deployment_url = true}).url,
            "https://res.openai.azure.com/openai/deployments/my%20deployment/chat/completions"
            "?api-version=2025-04-01-preview");
  const HttpRequest request = sent({});
  EXPECT_EQ(request.url, "https://res.openai.azure.com/openai/v1/chat/completions");
  EXPECT_EQ(Json::parse(request.body)["model"], "my deployment");
  EXPECT_EQ(sent({.api_version = "preview"}).url,
            "https://res.openai.azure.com/openai/v1/chat/completions?api-version=preview");
  EXPECT_EQ(sent({.api = Api::responses}).url, "https://res.openai.azure.com/openai/v1/responses");
}

TEST(AzureRequest, ADateIsAVersionOfTheFormWithTheDeployment) {
  const HttpRequest request =
      sent({}, {.base_url = kResource, .deployment = "mine", .api_version = "2024-10-21"});
  EXPECT_EQ(request.url,
            "https://res.openai.azure.com/openai/deployments/mine/chat/completions"
            "?api-version=2024-10-21");
}

TEST(AzureRequest, TheAddressAsPeopleWriteIt) {
  for (const char* suffix : {"", "/v1", "/openai", "/openai/v1", "/openai/deployments/other"}) {
    EXPECT_EQ(sent({}, {.base_url = std::string(kResource) + suffix}).url,
              "https://res.openai.azure.com/openai/v1/chat/completions")
        << suffix;
  }
  EXPECT_EQ(sent({}, {.base_url = "https://openai-gateway/team"}).url,
            "https://openai-gateway/team/openai/v1/chat/completions");
}

// Dated versions are older than the field.
TEST(AzureRequest, TheCacheKeyGoesToTheNewerFormAlone) {
  Question stable = question();
  stable.messages.front().stable = true;
  const auto has_key = [&](Dialect dialect) {
    dialect.prompt_cache = PromptCache::key;
    const HttpRequest request = codec().encode(stable, dialect, {.base_url = kResource}, false);
    return Json::parse(request.body).contains("prompt_cache_key");
  };
  EXPECT_TRUE(has_key({}));
  EXPECT_TRUE(has_key({.api_version = "preview"}));
  EXPECT_FALSE(has_key({.deployment_url = true}));
  EXPECT_FALSE(has_key({.api_version = "2024-10-21"}));
}

TEST(AzureRequest, OneOfTwoHeadersHasTheKey) {
  const Headers plain = sent({}).headers;
  EXPECT_THAT(plain, Contains(Pair("api-key", "secret")));
  EXPECT_THAT(plain, Not(Contains(Pair("Authorization", ::testing::_))));
  const Headers token = sent({.bearer = true}).headers;
  EXPECT_THAT(token, Contains(Pair("Authorization", "Bearer secret")));
  EXPECT_THAT(token, Not(Contains(Pair("api-key", ::testing::_))));
}

TEST(AzureRequest, ModelsAreListedByTheResource) {
  const Endpoint endpoint{.base_url = kResource, .key = "secret"};
  EXPECT_EQ(codec().list_models(endpoint, {}).url, "https://res.openai.azure.com/openai/v1/models");
  EXPECT_EQ(codec().list_models(endpoint, {.deployment_url = true}).url,
            "https://res.openai.azure.com/openai/models?api-version=2024-10-21");
}

}  // namespace
}  // namespace docwright::providers
