#include "providers/base_url.h"

#include <gtest/gtest.h>

#include <tuple>

#include "tests/unit/providers/fixtures.h"

namespace docwright::providers {
namespace {

TEST(BaseUrl, Normalised) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://api.openai.com", "https://api.openai.com/v1"},
      {"https://api.openai.com/", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1///", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1/v1/", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1/v1/v1", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"},
      {"https://api.openai.com/v1/v1/chat/completions/", "https://api.openai.com/v1"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"},
      {"http://[::1]:8080/v1", "http://[::1]:8080/v1"},
      {"https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1"},
      {"https://gateway/team/openai", "https://gateway/team/openai"},
      {"https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai"},
  };
  for (const auto& [written, normal] : cases) {
    const Result<std::string> result = normalise_base_url(written);
    ASSERT_TRUE(result.has_value()) << written << ": " << result.error().message;
    EXPECT_EQ(*result, normal) << written;
  }
}

TEST(BaseUrl, EachProviderHasItsOwnPath) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"anthropic", "https://h", "https://h/v1"},
      {"anthropic", "https://h/v1/messages", "https://h/v1"},
      {"anthropic", "https://gateway/anthropic", "https://gateway/anthropic/v1"},
      {"anthropic", "https://gateway/anthropic/v1/", "https://gateway/anthropic/v1"},
      {"anthropic", "https://gateway/own/messages", "https://gateway/own"},
      {"gemini", "https://h", "https://h/v1beta"},
      {"gemini", "https://h/v1/", "https://h/v1"},
      {"gemini", "https://h/v1beta/models", "https://h/v1beta"},
      {"gemini", "https://gateway/google", "https://gateway/google/v1beta"},
      {"groq", "https://h/", "https://h/openai/v1"},
      {"groq", "https://gateway/groq", "https://gateway/groq"},
      {"openai", "https://gateway/vertex", "https://gateway/vertex"},
  };
  for (const auto& [provider, written, normal] : cases) {
    const auto result = normalise_base_url(written, testing::registry().find(provider)->address);
    EXPECT_EQ(result.value(), normal) << provider << ' ' << written;
  }
}

// Whoever writes nothing but the host of a provider means its interface.
TEST(BaseUrl, AHostAloneIsTheProvidersOwnAddress) {
  for (const std::string& name : testing::with_codec()) {
    const Provider& provider = *testing::registry().find(name);
    const std::string& own = provider.base_url;
    if (own.empty()) continue;
    EXPECT_EQ(normalise_base_url(own, provider.address).value(), own);
    EXPECT_EQ(normalise_base_url(own.substr(0, own.find('/', 8)), provider.address).value(), own);
  }
}

TEST(BaseUrl, RefusedWithTheReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "does not begin with http"},
      {"api.openai.com/v1", "does not begin with http"},
      {"ftp://host/v1", "does not begin with"},
      {"https:///v1", "names no host"},
      {"https://host/v1?key=x", "holds a query"},
      {"https://user:word@host/v1", "holds a user name"},
      {"https://ho st/v1", "holds a blank"},
      {"https://host/v1\n", "holds a blank or a control character"},
  };
  for (const auto& [written, reason] : cases) {
    const Result<std::string> result = normalise_base_url(written);
    ASSERT_FALSE(result.has_value()) << written;
    EXPECT_EQ(result.error().code, Code::configuration);
    EXPECT_NE(result.error().message.find(reason), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("word@"), std::string::npos);
  }
}

}  // namespace
}  // namespace docwright::providers
