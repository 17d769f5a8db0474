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

Json usage_json(const std::optional<Usage>& usage) {
  if (!usage) return nullptr;
  return {{"input", usage->input},
          {"input_cached", usage->input_cached},
          {"input_cache_write", usage->input_cache_write},
          {"output", usage->output},
          {"reasoning", usage->reasoning}};
}

Json seen(const Answer& answer) {
  return {{"text", answer.text},
          {"finish", name(answer.finish)},
          {"finish_raw", answer.finish_raw},
          {"model", answer.model},
          {"response_id", answer.response_id},
          {"usage", usage_json(answer.usage)}};
}

Json seen(const CallError& error) {
  Json json = {{"class", name(error.error_class)},
               {"message", error.message},
               {"maybe_charged", error.maybe_charged},
               {"transient", error.transient()}};
  if (error.retry_after)
    json["retry_after_ms"] = std::chrono::duration<double, std::milli>(*error.retry_after).count();
  return json;
}

// Each member that the fixture names is as it says.
void expect_members(const Json& wanted, const Json& actual) {
  for (const auto& [member, value] : wanted.items()) {
    EXPECT_EQ(actual.value(member, Json()), value) << member << " of " << actual;
  }
}

void check(const Json& fixture) {
  SCOPED_TRACE(fixture.at("name").get<std::string>());
  const CallResult<Answer> result = codec().decode(testing::response_of(fixture), {}, {});
  if (fixture.contains("answer")) {
    ASSERT_TRUE(result.has_value()) << result.error().message;
    expect_members(fixture["answer"], seen(*result));
  } else {
    ASSERT_FALSE(result.has_value()) << result->text;
    expect_members(fixture["error"], seen(result.error()));
    EXPECT_EQ(result.error().status, fixture["status"].get<int>());
    EXPECT_LE(result.error().message.size(), 512U);
    EXPECT_FALSE(result.error().message.empty());
  }
}

TEST(OpenAiResponse, EveryRecordedAnswer) {
  for (const Json& fixture : testing::fixtures("answers.json")) check(fixture);
}

TEST(OpenAiResponse, EveryRecordedError) {
  for (const Json& fixture : testing::fixtures("errors.json")) check(fixture);
}

TEST(OpenAiResponse, EveryRetryHint) {
  for (const Json& fixture : testing::fixtures("retry_hints.json")) {
    SCOPED_TRACE(fixture.at("name").get<std::string>());
    Json whole = fixture;
    whole["status"] = 429;
    whole["body"] = {{"error", {{"message", fixture["message"]}, {"code", "rate_limit_exceeded"}}}};
    const CallResult<Answer> result = codec().decode(testing::response_of(whole), {}, {});
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
