#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/openai/openai.h"
#include "tests/unit/providers/fixtures.h"

namespace docwright::providers {
namespace {

const Codec& codec() {
  static const Provider provider = openai::provider();
  return *provider.codec;
}

// litellm #34399: seconds, milliseconds, dates.
TEST(OpenAiResponse, Litellm34399EveryFormOfARetryHint) {
  for (const Json& fixture :
       testing::fixtures(testing::fixtures_of("openai") / "retry_hints.json")) {
    SCOPED_TRACE(fixture.at("name").get<std::string>());
    Json whole = fixture;
    whole["status"] = 429;
    whole["body"] = {{"error", {{"message", fixture["message"]}, {"code", "rate_limit_exceeded"}}}};
    const CallResult<Answer> result =
        codec().decode(testing::recorded(whole, "hints").response, {}, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().error_class, ErrorClass::rate_limit);
    if (fixture["retry_after_ms"].is_null()) {
      EXPECT_FALSE(result.error().retry_after.has_value());
    } else {
      ASSERT_TRUE(result.error().retry_after.has_value());
      const auto wanted =
          std::chrono::duration<double, std::milli>(fixture["retry_after_ms"].get<double>());
      EXPECT_EQ(*result.error().retry_after, std::chrono::duration_cast<Duration>(wanted));
    }
  }
}

TEST(OpenAiResponse, LongMessagesAreCutBetweenCharacters) {
  HttpResponse response{400, {}, {}};
  std::string words;
  for (int i = 0; i < 400; ++i) words += "ä";
  response.body = Json{{"error", {{"message", words}}}}.dump();
  const CallResult<Answer> result = codec().decode(response, {}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_LE(result.error().message.size(), 512U);
  EXPECT_TRUE(result.error().message.ends_with("ä...")) << result.error().message;
}

TEST(OpenAiResponse, DeepNestingIsAProtocolError) {
  HttpResponse response{200, {}, std::string(100'000, '[')};
  const CallResult<Answer> result = codec().decode(response, {}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error_class, ErrorClass::malformed);
}

}  // namespace
}  // namespace docwright::providers
