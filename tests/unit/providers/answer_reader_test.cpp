// What a response is, and what it says, by its bytes as they come.
#include "providers/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/openai/openai.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kStream = R"(data: {"id":"c","model":"m","choices":[{"delta":{"content":""}}]}

: keep-alive

data: {"choices":[{"delta":{"content":"Hel"}}]}

data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}

data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}

data: [DONE]

)";
constexpr const char* kPlain =
    R"({"choices":[{"finish_reason":"stop","message":{"content":"Hello"}}],"usage":{"prompt_tokens":7,"completion_tokens":2}})";

class AnswerReaderTest : public ::testing::Test {
 protected:
  // A response of one piece; `cut`: the connection was lost after it.
  CallResult<Answer> read(int status, const std::string& type, std::string_view body,
                          bool cut = false) {
    begin(status, type);
    EXPECT_TRUE(reader_->bytes(body));
    return end(cut);
  }
  void begin(int status, const std::string& type) {
    reader_.emplace(clock_,
                    AnswerReader::Asked{*provider_.codec, question_, dialect_, key_, asked_});
    reader_->head(status, {{"content-type", type}, {"x-request-id", "sk-secret-1"}});
  }
  CallResult<Answer> end(bool cut = false) {
    if (!cut) return reader_->end();
    return reader_->end({ErrorClass::network, 200, "connection reset by peer", {}, true});
  }
  CallError refused(int status, const std::string& type, std::string_view body, bool cut = false) {
    const CallResult<Answer> result = read(status, type, body, cut);
    EXPECT_FALSE(result.has_value());
    return result ? CallError{} : result.error();
  }

  ManualClock clock_;
  const Provider provider_ = openai::provider();
  const Question question_;
  const Dialect dialect_;
  const std::string key_ = "sk-secret-1";
  bool asked_ = true;  // for a stream
  std::optional<AnswerReader> reader_;
};

TEST_F(AnswerReaderTest, AStreamIsReadAsItComes) {
  const std::string_view body = kStream;
  const std::size_t first = body.find("\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"lo\"}");
  begin(200, "Text/Event-Stream; charset=utf-8");
  clock_.advance(std::chrono::seconds(2));
  EXPECT_TRUE(reader_->bytes(body.substr(0, first)));
  EXPECT_EQ(reader_->text(), "");
  EXPECT_FALSE(reader_->first_text());
  EXPECT_TRUE(reader_->bytes(body.substr(first, 2)));
  EXPECT_EQ(reader_->text(), "Hel");
  EXPECT_EQ(reader_->first_text(), clock_.moment());
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(reader_->bytes(body.substr(first + 2)));
  EXPECT_EQ(reader_->first_text(), clock_.moment() - std::chrono::seconds(1));
  EXPECT_TRUE(reader_->streamed());
  const CallResult<Answer> answer = end();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "Hello");
  EXPECT_EQ(answer->usage->input, 7);
}

TEST_F(AnswerReaderTest, NoCutIsASuccess) {
  const std::string_view body = kStream;
  const std::size_t done = body.find("[DONE]") + 6;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const CallResult<Answer> ended = read(200, "text/event-stream", body.substr(0, at));
    EXPECT_EQ(ended.has_value(), at >= done) << at;
    if (!ended) EXPECT_EQ(ended.error().error_class, ErrorClass::truncated) << at;
    if (!ended) EXPECT_TRUE(ended.error().maybe_charged) << at;
    const CallResult<Answer> lost = read(200, "text/event-stream", body.substr(0, at), true);
    EXPECT_EQ(lost.has_value(), at >= done) << at;
    if (!lost) EXPECT_EQ(lost.error().error_class, ErrorClass::network) << at;
  }
}

TEST_F(AnswerReaderTest, ItIsCompleteWithTheEndMark) {
  const std::string_view body = kStream;
  const std::size_t done = body.find("[DONE]\n\n") + 8;
  begin(200, "text/event-stream");
  EXPECT_TRUE(reader_->bytes(body.substr(0, done - 1)));
  EXPECT_FALSE(reader_->complete());
  EXPECT_TRUE(reader_->bytes(body.substr(done - 1)));
  EXPECT_TRUE(reader_->complete());
  begin(200, "text/event-stream");
  EXPECT_TRUE(reader_->bytes("data: {\"error\":{\"message\":\"no\"}}\n\n"));
  EXPECT_TRUE(reader_->complete()) << "no more will come of it";
  begin(200, "application/json");
  EXPECT_TRUE(reader_->bytes(kPlain));
  EXPECT_FALSE(reader_->complete()) << "HTTP says where it ends";
}

TEST_F(AnswerReaderTest, WhatItIsTheResponseSays) {
  EXPECT_EQ(read(200, "application/json", kPlain)->text, "Hello");
  EXPECT_FALSE(reader_->streamed());
  EXPECT_EQ(read(200, "", kStream)->text, "Hello");
  EXPECT_TRUE(reader_->streamed());
  EXPECT_EQ(read(200, "text/event-stream", kPlain)->text, "Hello");
  asked_ = false;
  EXPECT_EQ(read(200, "application/json", kPlain)->text, "Hello");
  EXPECT_EQ(read(200, "text/event-stream", kStream)->text, "Hello");
  EXPECT_EQ(refused(200, "application/json", kStream).error_class, ErrorClass::malformed);
}

TEST_F(AnswerReaderTest, KeepAlivesStandBeforeAnyForm) {
  const std::string waited = ": keep-alive\n\n\r\n: PROCESSING\r\n\r\n";
  for (const bool stream : {false, true}) {
    asked_ = stream;
    EXPECT_EQ(read(200, "application/json", waited + kPlain)->text, "Hello");
    EXPECT_EQ(read(200, "text/event-stream", waited + kStream)->text, "Hello");
    EXPECT_FALSE(read(200, "application/json", waited)) << "and nothing came";
  }
  EXPECT_EQ(refused(503, "application/json", waited + R"({"error":{"message":"no"}})").message,
            "no");
}

TEST_F(AnswerReaderTest, AnArrayIsAStreamOfItsElements) {
  const std::string first = R"([{"choices":[{"delta":{"content":"a"}}]},)";
  const std::string last = R"({"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]})";
  // OpenAI's end mark does not come in an array.
  EXPECT_EQ(refused(200, "application/json", first + last + "]").error_class,
            ErrorClass::truncated);
  EXPECT_EQ(reader_->text(), "ab");
  EXPECT_EQ(refused(200, "application/json", R"([{"error":{"message":"no","code":503}}])").message,
            "no");
  begin(200, "application/json");
  EXPECT_FALSE(reader_->bytes("[1}"));
}

TEST_F(AnswerReaderTest, AnErrorStatusHasAPlainBody) {
  const CallError error = refused(429, "text/event-stream", R"({"error":{"message":"slow down"}})");
  EXPECT_EQ(error.error_class, ErrorClass::rate_limit);
  EXPECT_EQ(error.message, "slow down");
  EXPECT_FALSE(error.maybe_charged);
}

TEST_F(AnswerReaderTest, AnErrorBesideTheEventsIsTheAnswersEnd) {
  const std::string begun = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  const CallError bare =
      refused(200, "text/event-stream",
              begun + "{\n  \"error\": {\n    \"message\": \"overloaded\"\n  }\n}\n");
  EXPECT_EQ(bare.message, "overloaded");
  EXPECT_TRUE(bare.maybe_charged);
  const CallError field =
      refused(200, "text/event-stream",
              begun + "error: {\"code\":500,\"message\":\"out of memory\"}\n\ndata: [DONE]\n\n");
  EXPECT_EQ(field.message, "out of memory");
  EXPECT_TRUE(field.maybe_charged);
  EXPECT_EQ(refused(200, "text/event-stream", begun + "error: out of disk\n\n").message,
            "out of disk");
  // It also says more than the lost connection does.
  EXPECT_EQ(
      refused(200, "text/event-stream", begun + "data: {\"error\":{\"message\":\"x\"}}\n\n", true)
          .message,
      "x");
}

TEST_F(AnswerReaderTest, ALongEventIsLeftToTheEnd) {
  const std::string text(100'000, 'x');
  begin(200, "text/event-stream");
  EXPECT_TRUE(reader_->bytes("data: {\"choices\":[{\"delta\":{\"content\":\"" + text +
                             "\"},\"finish_reason\":\"stop\"}]}\n\n"));
  EXPECT_TRUE(reader_->bytes("data: [DONE]\n\n"));
  EXPECT_EQ(reader_->text(), "");
  EXPECT_GT(reader_->left(), text.size());
  EXPECT_EQ(end()->text, text);
}

TEST_F(AnswerReaderTest, TheKeyGoesNoFurther) {
  const CallError plain = refused(401, "", R"({"error":{"message":"bad key sk-secret-1"}})");
  EXPECT_THAT(plain.message, Not(HasSubstr("secret")));
  EXPECT_EQ(header(reader_->headers(), "x-request-id"), "***");
  for (const char* body : {"data: {\"error\":{\"message\":\"bad key sk-secret-1\"}}\n\n",
                           "{\"error\":{\"message\":\"bad key sk-secret-1\"}}\n",
                           "error: {\"message\":\"bad key sk-secret-1\"}\n"}) {
    EXPECT_EQ(refused(200, "text/event-stream", body).message, "bad key ***") << body;
  }
}

TEST_F(AnswerReaderTest, NorDoesAKeyInEscapesOrInPieces) {
  const CallError escaped =
      refused(400, "", R"({"error":{"message":"bad \u0073k-secret-1","code":"sk\u002dsecret-1"}})");
  EXPECT_EQ(escaped.message, "bad ***");
  EXPECT_EQ(escaped.code, "***");

  begin(200, "text/event-stream");
  for (const char* piece : {"of sk-se", "cret", "-1."})
    reader_->bytes(std::string("data: {\"choices\":[{\"delta\":{\"content\":\"") + piece +
                   "\"}}]}\n\n");
  reader_->bytes("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  reader_->bytes("data: [DONE]\n\n");
  EXPECT_EQ(end()->text, "of ***.");
}

}  // namespace
}  // namespace docwright::providers
