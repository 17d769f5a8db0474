// Each format from both sides: what the codec writes, the simulator's side takes; what that writes,
// the codec reads as what was meant.
#include <gmock/gmock.h>

#include "tests/unit/providers/answer_schemas.h"
#include "tests/unit/providers/format_fixture.h"

namespace docwright::providers::simulator {
namespace {

using ::testing::HasSubstr;

TEST_P(Format, TheQuestionArrives) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    for (const bool stream : {false, true}) {
      dialect_.structured = structured;
      const auto arrived = asked(stream);
      ASSERT_TRUE(arrived.has_value()) << arrived.error().message;
      EXPECT_EQ(arrived->model, question_.model);
      EXPECT_EQ(arrived->answer_tokens_max, 700);
      EXPECT_EQ(arrived->stream, stream);
      EXPECT_EQ(arrived->forced_tool, structured == Structured::tool ? "documents" : "");
      EXPECT_TRUE(arrived->schema["properties"].contains("Vec::operator()")) << arrived->schema;
      ASSERT_EQ(arrived->messages.size(), 4U);
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(arrived->messages[i].role, question_.messages[i].role);
        EXPECT_EQ(arrived->messages[i].text, question_.messages[i].text);
      }
      EXPECT_GT(arrived->prompt_bytes, 40);
    }
  }
}

TEST_P(Format, TheAnswerComesBack) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    dialect_.structured = structured;
    const auto plain = asked();
    ASSERT_TRUE(plain.has_value());
    expect_the_answer(decoded(api_->answer(answer_, *plain)));
    auto stream = asked(true);
    ASSERT_TRUE(stream.has_value());
    expect_the_answer(read(streamed(*stream)));
    stream->usage_elsewhere = true;
    expect_the_answer(read(streamed(*stream)));
  }
}

TEST_P(Format, NoPartOfAStreamPassesForTheWhole) {
  for (const Structured structured : {Structured::json_schema, Structured::tool}) {
    dialect_.structured = structured;
    const auto stream = asked(true);
    ASSERT_TRUE(stream.has_value());
    const std::string all = streamed(*stream);
    for (std::size_t cut = 0; cut < all.size(); ++cut) {
      const auto part = read(std::string_view(all).substr(0, cut));
      if (part) expect_the_answer(part);
      const auto plain = decoded({200, {}, api_->answer(answer_, *stream).body.substr(0, cut)});
      if (plain) expect_the_answer(plain);
    }
  }
}

TEST_P(Format, FinishReasons) {
  const auto plain = asked();
  ASSERT_TRUE(plain.has_value());
  answer_.finish = Finish::length;
  EXPECT_EQ(decoded(api_->answer(answer_, *plain))->finish, Finish::length);
  EXPECT_EQ(read(streamed(*plain))->finish, Finish::length);
  for (const Finish finish : {Finish::refusal, Finish::content_filter}) {
    answer_.finish = finish;
    for (const Finish read_as :
         {decoded(api_->answer(answer_, *plain))->finish, read(streamed(*plain))->finish}) {
      EXPECT_TRUE(read_as == Finish::refusal || read_as == Finish::content_filter);
    }
  }
}

TEST_P(Format, ErrorsMeanWhatTheySay) {
  for (const ErrorClass error_class :
       {ErrorClass::auth, ErrorClass::permission, ErrorClass::not_found, ErrorClass::context_length,
        ErrorClass::too_large, ErrorClass::invalid_request, ErrorClass::rate_limit,
        ErrorClass::quota, ErrorClass::overloaded, ErrorClass::server, ErrorClass::timeout}) {
    CallError error;
    error.error_class = error_class;
    if (error_class == ErrorClass::rate_limit) error.retry_after = std::chrono::seconds(7);
    const auto result = decoded(api_->error(error));
    ASSERT_FALSE(result.has_value()) << name(error_class);
    EXPECT_EQ(name(result.error().error_class), name(error_class));
    EXPECT_EQ(result.error().retry_after, error.retry_after);
    EXPECT_FALSE(result.error().maybe_charged);
  }
}

TEST_P(Format, ErrorsInTheMidstOfAStream) {
  const auto stream = asked(true);
  ASSERT_TRUE(stream.has_value());
  for (const ErrorClass error_class :
       {ErrorClass::overloaded, ErrorClass::server, ErrorClass::rate_limit}) {
    CallError error;
    error.error_class = error_class;
    std::string begun;
    std::vector<std::string> events = api_->stream(answer_, *stream);
    events.pop_back();  // the end mark
    for (const std::string& event : events) begun += event;
    const auto result = read(begun + api_->stream_error(error));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(name(result.error().error_class), name(error_class));
    EXPECT_TRUE(result.error().maybe_charged);
  }
}

TEST_P(Format, WhatDoesNotFitSaysByHowMuch) {
  const Fit fits{question_.model, 1000, 300, 700};
  EXPECT_FALSE(api_->overflow(fits).has_value());
  CallError error;
  error.error_class = ErrorClass::context_length;
  error.message = api_->overflow({question_.model, 1000, 1200, 700}).value_or("");
  const auto result = decoded(api_->error(error));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error_class, ErrorClass::context_length);
  ASSERT_TRUE(result.error().context.has_value());
  EXPECT_EQ(result.error().context->window, 1000);
  EXPECT_GE(result.error().context->requested, 1200);
}

TEST_P(Format, ModelsAreListed) {
  const auto names = codec().listed_models({200, {}, api_->models({"a-model", "b-model"}).body});
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ::testing::ElementsAre("a-model", "b-model"));
}

INSTANTIATE_TEST_SUITE_P(Simulated, Format, ::testing::Values("anthropic", "gemini"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace docwright::providers::simulator
