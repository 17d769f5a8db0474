#include "providers/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/hash.h"

namespace docwright::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Variables = config::Environment::Variables;

config::SecretRef from_environment(std::string name) {
  return {config::SecretRef::From::environment, std::move(name), {}};
}

class CredentialsTest : public ::testing::Test {
 protected:
  Result<Endpoint> endpoint(Variables variables) {
    const config::Environment environment(std::move(variables));
    config::Secrets secrets(environment);
    const Credentials credentials(settings_, secrets, environment);
    state_ = credentials.state(*providers_.find(provider_), model_);
    return credentials.endpoint(*providers_.find(provider_), model_);
  }

  Result<std::vector<Endpoint>> endpoints(Variables variables) const {
    const config::Environment environment(std::move(variables));
    config::Secrets secrets(environment);
    return Credentials(settings_, secrets, environment)
        .endpoints(*providers_.find(provider_), model_);
  }

  const Registry providers_ = all_providers();
  std::string provider_ = "openai";
  Credentials::Settings settings_;
  Model model_ = [] {
    Model model;
    model.name = "gpt-x";
    return model;
  }();
  std::string state_;
};

TEST_F(CredentialsTest, TheEnvironment) {
  const Result<Endpoint> found = endpoint({{"OPENAI_API_KEY", "sk-1"}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->base_url, "https://api.openai.com/v1");
  EXPECT_EQ(found->key, "sk-1");
  EXPECT_EQ(state_, "found");
}

TEST_F(CredentialsTest, WithoutAKeyItSaysWhereItLooked) {
  const Result<Endpoint> found = endpoint({{"OPENAI_API_KEY", ""}});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Code::no_credentials);
  EXPECT_THAT(found.error().message, HasSubstr("providers.openai.key"));
  EXPECT_THAT(found.error().message, HasSubstr("the environment variable OPENAI_API_KEY"));
  EXPECT_THAT(found.error().message, HasSubstr("'offline'"));
  EXPECT_EQ(state_, "none");
}

TEST_F(CredentialsTest, TheConfigurationComesBeforeTheEnvironment) {
  settings_["openai"].key = from_environment("TEAM_KEY");
  settings_["openai"].base_url = "https://gateway/v1/";
  settings_["openai"].headers = {{"OpenAI-Project", "proj_1"}};
  const Result<Endpoint> found = endpoint({{"TEAM_KEY", "sk-team"},
                                           {"OPENAI_API_KEY", "sk-1"},
                                           {"OPENAI_BASE_URL", "https://other/v1"}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->key, "sk-team");
  EXPECT_EQ(found->base_url, "https://gateway/v1");
  EXPECT_EQ(found->headers.size(), 1U);
}

TEST_F(CredentialsTest, AConfiguredKeyThatIsMissingIsNotReplacedByAnother) {
  settings_["openai"].key = from_environment("TEAM_KEY");
  const Result<Endpoint> found = endpoint({{"OPENAI_API_KEY", "sk-1"}});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Code::no_credentials);
  EXPECT_THAT(found.error().message, HasSubstr("TEAM_KEY"));
}

TEST_F(CredentialsTest, AnotherAddressNeedsNoKey) {
  const Result<Endpoint> found = endpoint({{"OPENAI_BASE_URL", "http://127.0.0.1:8080"}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->base_url, "http://127.0.0.1:8080/v1");
  EXPECT_EQ(found->key, "");
  EXPECT_EQ(state_, "not needed");
}

TEST_F(CredentialsTest, SeveralKeysOutOfTheEnvironment) {
  const auto found = endpoints({{"OPENAI_API_KEY", "sk-1"},
                                {"OPENAI_API_KEY_1", "sk-2"},
                                {"OPENAI_API_KEY_2", "sk-1"},
                                {"OPENAI_API_KEY_4", "sk-4"}});
  ASSERT_TRUE(found.has_value());
  std::vector<std::string> keys;
  for (const Endpoint& each : *found) keys.push_back(each.key);
  EXPECT_THAT(keys, ElementsAre("sk-1", "sk-2", "sk-4"));  // each once
  for (const Endpoint& each : *found) {
    EXPECT_EQ(each.key_id, hex(sha256(each.key)).substr(0, 8));
    EXPECT_EQ(each.base_url, found->front().base_url);
  }
}

TEST_F(CredentialsTest, SeveralKeysOfTheConfiguration) {
  settings_["openai"].key = from_environment("TEAM_KEY");
  settings_["openai"].keys = {from_environment("SPARE_KEY"), from_environment("ABSENT")};
  const Variables variables = {
      {"TEAM_KEY", "sk-team"}, {"SPARE_KEY", "sk-spare"}, {"OPENAI_API_KEY", "sk-1"}};
  const auto found = endpoints(variables);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->back().key, "sk-spare");
  settings_["openai"].key = {};
  settings_["openai"].keys = {from_environment("ABSENT")};
  EXPECT_EQ(endpoints(variables).error().code, Code::no_credentials);
}

TEST_F(CredentialsTest, AServerOfItsOwnNeverSeesTheProvidersKey) {
  settings_["openai"].key = from_environment("TEAM_KEY");
  settings_["openai"].headers = {{"Authorization-Extra", "secret"}};
  model_.base_url = "http://lab/v1";
  const Variables variables = {
      {"TEAM_KEY", "sk-team"}, {"OPENAI_API_KEY", "sk-1"}, {"LAB_KEY", "lab"}};
  Result<Endpoint> found = endpoint(variables);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->base_url, "http://lab/v1");
  EXPECT_EQ(found->key, "");
  EXPECT_THAT(found->headers, IsEmpty());
  model_.key = from_environment("LAB_KEY");
  found = endpoint(variables);
  EXPECT_EQ(found->key, "lab");
}

TEST_F(CredentialsTest, AWrongAddressSaysWhereItStands) {
  Result<Endpoint> found =
      endpoint({{"OPENAI_BASE_URL", "https://me:word@host"}, {"OPENAI_API_KEY", "k"}});
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, HasSubstr("OPENAI_BASE_URL"));
  EXPECT_THAT(found.error().message, Not(HasSubstr("word")));
  settings_["openai"].base_url = "nonsense";
  found = endpoint({});
  EXPECT_THAT(found.error().message, HasSubstr("providers.openai.base_url"));
}

TEST_F(CredentialsTest, LocalProvidersNeedNothing) {
  provider_ = "offline";
  EXPECT_TRUE(endpoint({}).has_value());
  EXPECT_EQ(state_, "not needed");
}

TEST_F(CredentialsTest, AzureOutOfTheEnvironment) {
  provider_ = "azure_openai";
  model_.api_name = model_.name;
  Variables variables = {{"AZURE_OPENAI_ENDPOINT", "https://res.openai.azure.com/"},
                         {"AZURE_OPENAI_API_KEY", "k"},
                         {"AZURE_OPENAI_DEPLOYMENT", "mine"},
                         {"OPENAI_API_VERSION", "2024-10-21"}};
  Result<Endpoint> found = endpoint(variables);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->key, "k");
  EXPECT_EQ(found->deployment, "mine");
  EXPECT_EQ(found->api_version, "2024-10-21");
  model_.api_name = "chosen";  // what the model says of itself goes before the environment
  model_.dialect.api_version = "preview";
  found = endpoint(variables);
  EXPECT_EQ(found->deployment, "");
  EXPECT_EQ(found->api_version, "");
  variables.erase("AZURE_OPENAI_API_KEY");
  found = endpoint(variables);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Code::no_credentials);
  EXPECT_THAT(found.error().message, HasSubstr("AZURE_OPENAI_KEY"));
}

TEST_F(CredentialsTest, WithoutAnAddressItSaysWhereItLooked) {
  provider_ = "azure_openai";
  const Result<Endpoint> found = endpoint({{"AZURE_OPENAI_KEY", "k"}});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Code::no_credentials);
  EXPECT_THAT(found.error().message, HasSubstr("providers.azure_openai.base_url"));
  EXPECT_THAT(found.error().message, HasSubstr("AZURE_OPENAI_ENDPOINT"));
}

TEST(Registry, HoldsTheProvidersOfTheList) {
  const Registry providers = all_providers();
  EXPECT_THAT(providers.names(), ::testing::IsSupersetOf({"azure_openai", "groq", "offline",
                                                          "openai", "openai_compatible"}));
  EXPECT_EQ(providers.find("nobody"), nullptr);
}

TEST(Registry, ABadEntryIsABug) {
  const auto twice = [] {
    Registry registry = all_providers();
    Registry more = all_providers();
    Provider again;
    again.name = "openai";
    registry.add(std::move(again));
  };
  EXPECT_DEATH(twice(), "");
}

TEST(ErrorClasses, HaveNamesBothWays) {
  for (int i = 0; i <= static_cast<int>(ErrorClass::cancelled); ++i) {
    const auto error_class = static_cast<ErrorClass>(i);
    EXPECT_EQ(error_class_named(name(error_class)), error_class);
  }
  EXPECT_EQ(error_class_named("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace docwright::providers
