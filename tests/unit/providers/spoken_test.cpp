// A codec and the server that the simulator plays for its provider understand each other, in every
// dialect: two descriptions of one format that were written apart.
#include <gtest/gtest.h>

#include "providers/simulator/api.h"
#include "providers/wire/sse.h"
#include "runtime/characters.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using simulator::Spoken;

const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

// A model that takes schemas and is held to them.
std::string model_of(std::string_view provider) {
  if (provider == "groq") return "openai/gpt-oss-120b";
  return "gpt-4.1-mini";
}

Question question_for(std::string_view provider) {
  Question question;
  question.model = model_of(provider);
  question.messages = {{"system", "You document code.", true},
                       {"user", "an example", true},
                       {"assistant", "{}", true},
                       {"user", "def f(): pass"}};
  question.answer_tokens_max = 700;
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(testing::shared_schema());
  return question;
}

struct Sent {
  HttpRequest request;
  std::string path, query;
  Headers headers;

  simulator::Received received() const { return {path, query, headers, request.body}; }
};

Sent sent(const Codec& codec, const Question& question, const Dialect& dialect, bool stream) {
  const std::string base = "http://host.test";
  Sent sent;
  sent.request =
      codec.encode(question, dialect, {.base_url = base + "/openai/v1", .key = "invented"}, stream);
  const std::string rest = sent.request.url.substr(base.size());
  sent.path = rest.substr(0, rest.find('?'));
  if (rest.contains('?')) sent.query = rest.substr(rest.find('?') + 1);
  for (const auto& [name, value] : sent.request.headers) {
    sent.headers.emplace_back(lower(name), value);
  }
  return sent;
}

CallResult<Answer> read(const Codec& codec, const std::vector<std::string>& events,
                        const Question& question, const Dialect& dialect) {
  const auto reader = codec.events(question, dialect);
  wire::SseReader sse(
      [&](std::string_view name, std::string_view data) { reader->event(name, data); });
  for (const std::string& event : events) sse.feed(event);
  sse.end();
  return reader->end();
}

void expect_same(const CallResult<Answer>& read, const Answer& told) {
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->text, told.text);
  EXPECT_EQ(read->finish, told.finish);
  EXPECT_EQ(read->usage, told.usage);
  EXPECT_EQ(read->model, told.model);
}

class OpenAiFamily : public ::testing::TestWithParam<std::size_t> {
 protected:
  OpenAiFamily() : all_(simulator::all_spoken()) {}
  const Spoken& spoken() const { return all_.at(GetParam()); }
  const simulator::Api& server() const { return *spoken().api; }
  const Codec& codec() const { return *registry().find(spoken().provider)->codec; }
  bool groq() const { return spoken().provider == "groq"; }
  // It has none of OpenAI's rules beyond the shape.
  bool compatible() const { return spoken().provider == "openai_compatible"; }

  // Those whose requests this server takes.
  std::vector<Dialect> dialects() const {
    std::vector<Dialect> taken;
    for (const Structured structured :
         {Structured::json_schema, Structured::tool, Structured::json_object, Structured::none}) {
      for (const providers::Api api : {providers::Api::chat, providers::Api::responses}) {
        for (const bool deployment : {false, true}) {
          const Dialect dialect{.structured = structured,
                                .api = api,
                                .prompt_cache = PromptCache::key,
                                .deployment_url = deployment};
          const Question question = question_for(spoken().provider);
          if (server().takes(sent(codec(), question, dialect, false).path))
            taken.push_back(dialect);
        }
      }
    }
    return taken;
  }

 private:
  const std::vector<Spoken> all_;
};

std::vector<std::size_t> of_the_family() {
  const std::vector<Spoken> all = simulator::all_spoken();
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].provider != "anthropic" && all[i].provider != "gemini") found.push_back(i);
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(Spoken, OpenAiFamily, ::testing::ValuesIn(of_the_family()));

TEST_P(OpenAiFamily, AQuestionArrivesAsItWasAsked) {
  ASSERT_FALSE(dialects().empty());
  for (const Dialect& dialect : dialects()) {
    const Question question = question_for(spoken().provider);
    const Sent request = sent(codec(), question, dialect, false);
    const auto asked = server().parse(request.received());
    ASSERT_TRUE(asked.has_value()) << asked.error().message << "\n" << request.request.body;
    EXPECT_EQ(asked->model, question.model);
    EXPECT_EQ(asked->answer_tokens_max, 700);
    ASSERT_EQ(asked->messages.size(), 4U);
    EXPECT_TRUE(asked->messages.front().text.starts_with("You document code."));
    EXPECT_EQ(asked->messages.back().text, "def f(): pass");
    EXPECT_EQ(asked->forced_tool, dialect.structured == Structured::tool ? "documents" : "");
    const bool has_schema =
        dialect.structured == Structured::json_schema || dialect.structured == Structured::tool;
    EXPECT_EQ(asked->schema.is_null(), !has_schema);
  }
}

TEST_P(OpenAiFamily, AnAnswerArrivesAsItWasGivenPlainAndStreamed) {
  for (const Dialect& dialect : dialects()) {
    for (const bool stream : {false, true}) {
      if (stream && groq() && dialect.structured == Structured::json_schema) continue;
      const Question question = question_for(spoken().provider);
      const auto asked = server().parse(sent(codec(), question, dialect, stream).received());
      ASSERT_TRUE(asked.has_value()) << asked.error().message;
      EXPECT_EQ(asked->stream, stream);
      for (const Finish finish :
           {Finish::complete, Finish::length, Finish::content_filter, Finish::refusal}) {
        Answer told;
        told.text = "{\"documents\":[\"\xC3\xA4\"]}";
        told.finish = finish;
        told.model = "served";
        told.response_id = "r1";
        told.usage = Usage{.input = 90, .input_cached = 64, .output = 12, .reasoning = 5};
        if (stream) {
          expect_same(read(codec(), server().stream(told, *asked), question, dialect), told);
        } else {
          const simulator::Rendered whole = server().answer(told, *asked);
          expect_same(codec().decode({whole.status, {}, whole.body}, question, dialect), told);
        }
      }
    }
  }
}

TEST_P(OpenAiFamily, AnErrorIsReadAsItsClass) {
  for (const ErrorClass error_class :
       {ErrorClass::auth, ErrorClass::permission, ErrorClass::not_found, ErrorClass::context_length,
        ErrorClass::too_large, ErrorClass::invalid_request, ErrorClass::content_filter,
        ErrorClass::rate_limit, ErrorClass::quota, ErrorClass::overloaded, ErrorClass::server,
        ErrorClass::timeout}) {
    CallError error;
    error.error_class = error_class;
    error.retry_after = std::chrono::seconds(7);
    const simulator::Rendered refused = server().error(error);
    Headers headers;
    for (const auto& [name, value] : refused.headers) {
      headers.emplace_back(lower(name), value);
    }
    const Question question = question_for(spoken().provider);
    const Dialect dialect = dialects().front();
    const auto result = codec().decode({refused.status, headers, refused.body}, question, dialect);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(name(result.error().error_class), name(error_class)) << refused.body;
    if (result.error().transient()) {
      EXPECT_EQ(result.error().retry_after, std::chrono::seconds(7));
    }
    const auto in_stream = read(codec(), {server().stream_error(error)}, question, dialect);
    EXPECT_FALSE(in_stream.has_value());
  }
}

TEST_P(OpenAiFamily, WhatTheRulesRefuseIsRefused) {
  const Question question = question_for(spoken().provider);
  const Dialect dialect = dialects().front();
  const auto refused = [&](auto change) {
    Sent request = sent(codec(), question, dialect, false);
    Json body = Json::parse(request.request.body);
    change(body);
    request.request.body = body.dump();
    const auto asked = server().parse(request.received());
    return !asked && asked.error().error_class == ErrorClass::invalid_request;
  };
  EXPECT_FALSE(refused([](Json&) {}));
  EXPECT_NE(refused([](Json& body) { body["unheard_of"] = 1; }), compatible());
  EXPECT_TRUE(refused([](Json& body) { body["temperature"] = 3; }));
  EXPECT_TRUE(refused([](Json& body) { body["n"] = 1000; }));
  EXPECT_TRUE(refused([](Json& body) { body["stream_options"] = {{"include_usage", true}}; }));
  if (compatible()) return;
  EXPECT_TRUE(refused([](Json& body) {
    const bool chat = body.contains("messages");
    Json& format = chat ? body["response_format"]["json_schema"] : body["text"]["format"];
    format["schema"].erase("additionalProperties");
  }));
  // The word that it needs is in no message.
  EXPECT_TRUE(refused([](Json& body) {
    const Json object = {{"type", "json_object"}};
    if (body.contains("messages")) {
      body["response_format"] = object;
    } else {
      body["text"]["format"] = object;
    }
  }));
}

TEST_P(OpenAiFamily, ReasoningModelsRefuseWhatTheyDoNotTake) {
  if (groq() || compatible()) return;
  const Dialect dialect = dialects().front();
  const auto answered = [&](const char* model, Json parameters) {
    Question question = question_for(spoken().provider);
    question.model = model;
    question.parameters = std::move(parameters);
    Dialect sampling = dialect;
    sampling.answer_limit_field = AnswerLimitField::max_completion_tokens;
    return server().parse(sent(codec(), question, sampling, false).received()).has_value();
  };
  EXPECT_TRUE(answered("gpt-5.4-mini", Json::object()));
  EXPECT_FALSE(answered("gpt-5", {{"temperature", 0}}));
  EXPECT_TRUE(answered("gpt-4.1", {{"temperature", 0}}));
}

}  // namespace
}  // namespace docwright::providers
