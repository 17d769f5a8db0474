// What others' gateways read wrong, each test named after the thread that reported it.
#include <gtest/gtest.h>

#include "providers/anthropic/anthropic.h"
#include "providers/azure_openai/azure_openai.h"
#include "providers/gemini/gemini.h"
#include "providers/openai/openai.h"
#include "tests/unit/providers/fixtures.h"

namespace docwright::providers {
namespace {

CallResult<Answer> stream_of(const Provider& provider, const std::vector<Json>& events,
                             std::string_view end = {}) {
  std::string body;
  for (const Json& event : events) {
    if (event.contains("type")) body += "event: " + event["type"].get<std::string>() + '\n';
    body += "data: " + event.dump() + "\n\n";
  }
  body += end;
  return testing::read(*provider.codec,
                       testing::recorded({{"name", "stream"}, {"stream", body}}, ""));
}

CallResult<Answer> answer_of(const Provider& provider, const Json& body, int status = 200,
                             const Json& headers = Json::object()) {
  return testing::read(
      *provider.codec,
      testing::recorded(
          {{"name", "answer"}, {"status", status}, {"headers", headers}, {"body", body}}, ""));
}

Json chunk(const Json& delta, const Json& finish) {
  return {{"id", "c1"}, {"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", finish}}}}};
}

// The usage of a last chunk that still has a choice was dropped, and an estimate charged: $0.0034
// instead of $0.00085.
TEST(FieldReports, Litellm36168UsageBesideAChoiceCounts) {
  Json last = chunk(Json::object(), "stop");
  last["usage"] = {{"prompt_tokens", 1000}, {"completion_tokens", 50}, {"total_tokens", 1050}};
  const auto answer = stream_of(openai::provider(), {chunk({{"content", "{}"}}, nullptr), last},
                                "data: [DONE]\n\n");
  ASSERT_TRUE(answer && answer->usage);
  EXPECT_EQ(answer->usage->input, 1000);
  EXPECT_EQ(answer->usage->output, 50);
  Prices reported;
  reported.input = 750'000'000;
  reported.output = 2'000'000'000;
  EXPECT_EQ(cost(reported, *answer->usage), 850'000);
}

// What comes with message_delta was not looked at: the prompt's tokens, too, may come there alone.
TEST(FieldReports, EnvoyAiGateway2290UsageOnMessageDeltaCounts) {
  const Json start = {{"id", "m1"},
                      {"role", "assistant"},
                      {"content", Json::array()},
                      {"usage", {{"input_tokens", 0}, {"output_tokens", 0}}}};
  const Json text = {{"type", "text"}, {"text", ""}};
  const auto answer = stream_of(
      anthropic::provider(),
      {{{"type", "message_start"}, {"message", start}},
       {{"type", "content_block_start"}, {"index", 0}, {"content_block", text}},
       {{"type", "content_block_delta"},
        {"index", 0},
        {"delta", {{"type", "text_delta"}, {"text", "{}"}}}},
       {{"type", "content_block_stop"}, {"index", 0}},
       {{"type", "message_delta"},
        {"delta", {{"stop_reason", "end_turn"}}},
        {"usage",
         {{"input_tokens", 472}, {"cache_read_input_tokens", 100}, {"output_tokens", 89}}}},
       {{"type", "message_stop"}}});
  ASSERT_TRUE(answer && answer->usage);
  EXPECT_EQ(answer->usage->input, 572);
  EXPECT_EQ(answer->usage->input_cached, 100);
  EXPECT_EQ(answer->usage->output, 89);
}

// An explicit zero was taken for a number that is missing, and an estimate charged in its place.
TEST(FieldReports, Litellm37992ExplicitZerosStayZero) {
  const Json none = {{"prompt_tokens", 12}, {"completion_tokens", 0}, {"total_tokens", 12}};
  Json last = chunk({{"content", "{}"}}, "stop");
  last["usage"] = none;
  const Json message = {{"index", 0},
                        {"finish_reason", "stop"},
                        {"message", {{"role", "assistant"}, {"content", "{}"}}}};
  const Json candidate = {{"index", 0},
                          {"finishReason", "STOP"},
                          {"content", {{"role", "model"}, {"parts", {{{"text", "{}"}}}}}}};
  const std::vector<CallResult<Answer>> answers = {
      stream_of(openai::provider(), {last}, "data: [DONE]\n\n"),
      answer_of(openai::provider(), {{"choices", {message}}, {"usage", none}}),
      answer_of(anthropic::provider(), {{"content", {{{"type", "text"}, {"text", "{}"}}}},
                                        {"stop_reason", "end_turn"},
                                        {"usage", {{"input_tokens", 12}, {"output_tokens", 0}}}}),
      answer_of(gemini::provider(),
                {{"candidates", {candidate}},
                 {"usageMetadata", {{"promptTokenCount", 12}, {"candidatesTokenCount", 0}}}})};
  for (const CallResult<Answer>& answer : answers) {
    ASSERT_TRUE(answer && answer->usage) << &answer - answers.data();
    EXPECT_EQ(answer->usage->input, 12);
    EXPECT_EQ(answer->usage->output, 0);
  }
}

// Google and Azure say "quota" of what is over in a minute; only a code says that it is used up.
TEST(FieldReports, CoderPr26200OnlyACodeSaysThatAQuotaIsUsedUp) {
  const Json google = {
      {"error",
       {{"code", 429},
        {"status", "RESOURCE_EXHAUSTED"},
        {"message", "You exceeded your current quota, please check your plan and billing details."},
        {"details",
         {{{"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
           {"violations",
            {{{"quotaId", "GenerateRequestsPerMinutePerProjectPerModel"}, {"quotaValue", "10"}}}}},
          {{"@type", "type.googleapis.com/google.rpc.RetryInfo"}, {"retryDelay", "7s"}}}}}}};
  const Json azure = {{"error",
                       {{"code", "429"},
                        {"message",
                         "Requests to the ChatCompletions_Create Operation have exceeded token "
                         "rate limit of your current quota. Please retry after 7 seconds."}}}};
  for (const CallResult<Answer>& limited :
       {answer_of(gemini::provider(), google, 429),
        answer_of(azure_openai::provider(), azure, 429, {{"retry-after", "7"}})}) {
    ASSERT_FALSE(limited);
    EXPECT_EQ(limited.error().error_class, ErrorClass::rate_limit);
    EXPECT_EQ(limited.error().retry_after, std::chrono::seconds(7));
  }
  const Json used_up = {{"error",
                         {{"code", "insufficient_quota"},
                          {"type", "insufficient_quota"},
                          {"message", "You exceeded your current quota."}}}};
  for (const Provider& provider : {openai::provider(), azure_openai::provider()}) {
    const auto refused = answer_of(provider, used_up, 429);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error_class, ErrorClass::quota);
    EXPECT_FALSE(refused.error().transient());
  }
}

}  // namespace
}  // namespace docwright::providers
