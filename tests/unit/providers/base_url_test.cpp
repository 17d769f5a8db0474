#include "providers/base_url.h"

#include <gtest/gtest.h>

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
