// What is common to all providers' error answers; each provider's own rows are fixtures.
#include "providers/wire/errors.h"

#include <gtest/gtest.h>

#include "providers/wire/context_numbers.h"
#include "providers/wire/path.h"

namespace docwright::providers::wire {
namespace {

struct Words {
  std::string_view message;
  std::int64_t window, requested;
};

TEST(ContextNumbers, AreReadOutOfWhatProvidersSay) {
  const Words said[] = {
      {"This model's maximum context length is 128000 tokens. However, you requested 128007 tokens "
       "(2133 in the messages, 125874 in the completion).",
       128000, 128007},
      {"This model's maximum context length is 128000 tokens. However, your messages resulted in "
       "130001 tokens.",
       128000, 130001},
      {"This model's maximum context length is 4096 tokens. However, your request has 5000 input "
       "tokens.",
       4096, 5000},
      {"Requested token count exceeds the model's maximum context length of 4096 tokens. You "
       "requested a total of 5000 tokens: 4000 from the prompt and 1000 for the answer.",
       4096, 5000},
      {"Input tokens exceed the configured limit of 272,000 tokens. Your messages resulted in "
       "300,000 tokens.",
       272000, 300000},
      {"prompt is too long: 210000 tokens > 200000 maximum", 200000, 210000},
      {"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease one",
       200000, 210000},
      {"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
       1048576, 1200000},
      {"request (2358 tokens) exceeds the available context size (2048 tokens), try increasing it",
       2048, 2358},
      {"`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 "
       "`max_new_tokens`",
       4096, 4200},
      {"Prompt contains 40000 tokens, too large for model with 32768 maximum context length", 32768,
       40000},
      {"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389.",
       30000, 342389},
      {"the model's maximum context length is 8192 tokens", 8192, 0},
  };
  for (const Words& words : said) {
    const auto found = context_numbers(words.message, nullptr);
    ASSERT_TRUE(found.has_value()) << words.message;
    EXPECT_EQ(found->window, words.window) << words.message;
    EXPECT_EQ(found->requested, words.requested) << words.message;
  }
}

TEST(ContextNumbers, AreAbsentWhereNothingIsSaid) {
  for (const std::string_view message :
       {"", "Please reduce the length of the messages.", "maximum context length is many tokens",
        "maximum context length is 0 tokens", "12 + 13", "limit reached"}) {
    EXPECT_FALSE(context_numbers(message, nullptr).has_value()) << message;
  }
  EXPECT_FALSE(context_numbers(std::string(100'000, '*'), nullptr).has_value());
}

TEST(ContextNumbers, AreCappedAndNotHalved) {
  const auto huge =
      context_numbers("99999999999999999999 tokens > 99999999999999999999 maximum", {});
  ASSERT_TRUE(huge.has_value());
  EXPECT_EQ(huge->window, 100'000'000);
}

CallError said(int status, Headers headers, std::string body, std::span<const ErrorRule> own = {}) {
  return error_of({status, std::move(headers), std::move(body)}, own);
}

TEST(Errors, NumbersStandInFields) {
  const CallError error = said(400, {}, R"({"error":{"code":400,"message":"too long",
    "type":"exceed_context_size_error","n_prompt_tokens":2358,"n_ctx":2048}})");
  EXPECT_EQ(error.error_class, ErrorClass::context_length);
  ASSERT_TRUE(error.context.has_value());
  EXPECT_EQ(error.context->window, 2048);
  EXPECT_EQ(error.context->requested, 2358);
  EXPECT_EQ(error.code, "exceed_context_size_error");
}

TEST(Errors, TheCodeIsANameWhereThereIsOne) {
  EXPECT_EQ(said(429, {}, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})").code,
            "RESOURCE_EXHAUSTED");
  EXPECT_EQ(said(401, {}, R"({"error":{"code":"401"}})").code, "401");
  EXPECT_EQ(said(500, {}, "nothing").code, "");
}

TEST(Errors, TheProvidersOwnRowsComeFirst) {
  constexpr ErrorRule own[] = {{.status = 400,
                                .code = "INVALID_ARGUMENT",
                                .phrase = "key not valid",
                                .error_class = ErrorClass::auth},
                               {.code = "Inner", .error_class = ErrorClass::content_filter}};
  EXPECT_EQ(
      said(400, {},
           R"({"error":{"code":400,"message":"API Key not valid","status":"INVALID_ARGUMENT"}})",
           own)
          .error_class,
      ErrorClass::auth);
  EXPECT_EQ(
      said(400, {}, R"({"error":{"code":"x","innererror":{"code":"Inner"}}})", own).error_class,
      ErrorClass::content_filter);
  EXPECT_EQ(
      said(400, {}, R"({"error":{"code":"x","inner_error":{"code":"Inner"}}})", own).error_class,
      ErrorClass::content_filter);
}

TEST(Errors, AProxyThatWantsAPasswordIsNoVerdictOfTheProvider) {
  const CallError error = said(407, {}, "<html>Proxy Authentication Required</html>");
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
}

TEST(Errors, TheServersAdviceDecidesWhereOnlyTheStatusSpeaks) {
  const auto advised = [](int status, const char* advice, const char* body) {
    return said(status, {{"x-should-retry", advice}}, body).transient();
  };
  EXPECT_TRUE(advised(400, "true", "{}"));
  EXPECT_FALSE(advised(500, "false", "{}"));
  EXPECT_TRUE(advised(500, "perhaps", "{}"));
  EXPECT_FALSE(advised(400, "true", R"({"error":{"code":"context_length_exceeded"}})"));
  EXPECT_TRUE(advised(429, "false", "{}")) << "a rate limit is a wait, whatever it advises";
}

TEST(Errors, ALimitOfTheDayIsAQuotaUntilItIsThereAgain) {
  const std::string body =
      R"({"error":{"message":"Rate limit reached on tokens per day (TPD): Limit 100, Used 99, Requested 2. Please try again in 7m12.5s.","code":"rate_limit_exceeded"}})";
  const CallError error = said(429, {}, body);
  EXPECT_EQ(error.error_class, ErrorClass::quota);
  EXPECT_EQ(error.retry_after, std::chrono::milliseconds(432'500));
  EXPECT_EQ(said(429, {}, R"({"error":{"message":"requests per day"}})").error_class,
            ErrorClass::rate_limit)
      << "without a time nobody would come back";
}

TEST(Paths, NamesAreOneSegment) {
  EXPECT_EQ(path_segment("gpt-4o_1.5~x"), "gpt-4o_1.5~x");
  EXPECT_EQ(path_segment("a/b c?d=ä"), "a%2Fb%20c%3Fd%3D%C3%A4");
}

}  // namespace
}  // namespace docwright::providers::wire
