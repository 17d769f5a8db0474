// What holds for every codec of the visible list. A new one adds fixtures, not tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/providers/answer_schemas.h"
#include "tests/unit/providers/fixtures.h"

namespace docwright::providers {
namespace {

using testing::all_recorded;
using testing::Recorded;
using testing::registry;
using testing::seen_of;
using testing::with_codec;

constexpr const char* kKey = "planted-key-3f9c";
constexpr std::int64_t kAnswerTokens = 7919;

Question rich_question() {
  Question question;
  question.model = "model-x";
  question.messages = {{"system", "You document \"code\".\n\xC3\xA4\xE2\x80\xA8", true},
                       {"user", "an example", true},
                       {"assistant", "{\"documents\":{}}", true},
                       {"user", "def f():\n\treturn '\\u0000'"}};
  question.answer_tokens_max = kAnswerTokens;
  question.parameters = {{"temperature", 0.25}};
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(testing::exact_schema());
  return question;
}

std::vector<Dialect> dialects() {
  std::vector<Dialect> all;
  for (const Structured structured :
       {Structured::json_schema, Structured::tool, Structured::json_object, Structured::none}) {
    for (const Api api : {Api::chat, Api::responses}) {
      for (const PromptCache cache :
           {PromptCache::none, PromptCache::automatic, PromptCache::key, PromptCache::marks}) {
        for (const bool plain : {false, true}) {
          Dialect dialect;
          dialect.structured = structured;
          dialect.api = api;
          dialect.prompt_cache = cache;
          dialect.strict = !plain;
          dialect.stream_usage = !plain;
          dialect.deployment_url = plain;
          dialect.bearer = plain;
          all.push_back(dialect);
        }
      }
    }
  }
  return all;
}

bool any_value(const Json& json, const auto& holds) {
  if (holds(json)) return true;
  if (!json.is_structured()) return false;
  return std::ranges::any_of(json, [&](const Json& inner) { return any_value(inner, holds); });
}

class Conformance : public ::testing::TestWithParam<std::string> {
 protected:
  const Codec& codec() const { return *registry().find(GetParam())->codec; }
  Endpoint endpoint() const { return {.base_url = "https://host.test/v1", .key = kKey}; }
  std::vector<Recorded> recorded() const { return all_recorded(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Codecs, Conformance, ::testing::ValuesIn(with_codec()),
                         [](const auto& info) { return info.param; });

TEST_P(Conformance, AQuestionIsWhole) {
  const Question question = rich_question();
  for (const Dialect& dialect : dialects()) {
    for (const bool stream : {false, true}) {
      const HttpRequest request = codec().encode(question, dialect, endpoint(), stream);
      EXPECT_EQ(request.method, "POST");
      EXPECT_TRUE(request.url.starts_with("https://host.test/")) << request.url;
      const Result<Json> body = parse_json(request.body);
      ASSERT_TRUE(body.has_value()) << request.body;
      EXPECT_TRUE(any_value(*body, [](const Json& value) { return value == kAnswerTokens; }))
          << "the answer limit is always sent: " << request.body;
      for (const Message& message : question.messages) {
        EXPECT_TRUE(any_value(*body,
                              [&](const Json& value) {
                                return value.is_string() &&
                                       value.get<std::string>().contains(message.text);
                              }))
            << message.text << " is not in " << request.body;
      }
      const HttpRequest again = codec().encode(rich_question(), dialect, endpoint(), stream);
      EXPECT_EQ(again.body, request.body) << "the same question has the same bytes";
      EXPECT_EQ(again.url, request.url);
    }
  }
}

TEST_P(Conformance, TheKeyStandsInOneHeaderAndNowhereElse) {
  const auto check = [&](const HttpRequest& request) {
    EXPECT_FALSE(request.url.contains(kKey));
    EXPECT_FALSE(request.body.contains(kKey));
    int headers = 0;
    for (const auto& [name, value] : request.headers) {
      EXPECT_FALSE(name.contains(kKey));
      if (value.contains(kKey)) ++headers;
    }
    EXPECT_EQ(headers, 1);
  };
  for (const Dialect& dialect : dialects()) {
    check(codec().encode(rich_question(), dialect, endpoint(), false));
    check(codec().list_models(endpoint(), dialect));
    Endpoint open = endpoint();
    open.key.clear();
    for (const auto& [name, value] : codec().encode(rich_question(), dialect, open, false).headers)
      EXPECT_FALSE(value.empty()) << name << " is sent without a key";
  }
}

TEST_P(Conformance, FurtherHeadersAreSent) {
  Endpoint further = endpoint();
  further.headers = {{"X-Team", "docs"}};
  EXPECT_THAT(codec().encode(rich_question(), {}, further, false).headers,
              ::testing::Contains(::testing::Pair("X-Team", "docs")));
  EXPECT_THAT(codec().list_models(further, {}).headers,
              ::testing::Contains(::testing::Pair("X-Team", "docs")));
}

TEST_P(Conformance, WhatTheCodecSetsOrTheProviderLacksIsNotSent) {
  constexpr std::array kNames = {"model",
                                 "messages",
                                 "input",
                                 "instructions",
                                 "system",
                                 "contents",
                                 "systemInstruction",
                                 "max_tokens",
                                 "max_completion_tokens",
                                 "max_output_tokens",
                                 "maxOutputTokens",
                                 "generationConfig",
                                 "n",
                                 "candidateCount",
                                 "stream",
                                 "stream_options",
                                 "response_format",
                                 "responseSchema",
                                 "output_config",
                                 "text",
                                 "tools",
                                 "tool_choice",
                                 "toolConfig",
                                 "store",
                                 "seed",
                                 "stop",
                                 "logit_bias",
                                 "presence_penalty"};
  for (const Dialect& dialect : dialects()) {
    int refused = 0;
    for (const char* name : kNames) {
      if (!codec().reserves(name) && !codec().lacks(name, dialect)) continue;
      ++refused;
      Question question = rich_question();
      question.parameters[name] = "planted-parameter";
      const std::string body = codec().encode(question, dialect, endpoint(), false).body;
      EXPECT_FALSE(body.contains("planted-parameter")) << name;
    }
    EXPECT_GE(refused, 4) << "the model, what is said, the limit and the form are docwright's";
    EXPECT_FALSE(codec().reserves("temperature"));
  }
}

TEST_P(Conformance, InvalidUtf8IsReplaced) {
  Question question = rich_question();
  question.messages.back().text = "a\xff\xed\xa0\x80z";
  for (const Dialect& dialect : dialects()) {
    const std::string body = codec().encode(question, dialect, endpoint(), false).body;
    EXPECT_TRUE(Json::accept(body));
    EXPECT_TRUE(body.contains("a\xef\xbf\xbd"));
  }
}

// A token is at least one byte, so what is sent beyond the texts is bounded by its bytes.
TEST_P(Conformance, TheOverheadCoversTheSchema) {
  const Question question = rich_question();
  const auto schema = static_cast<std::int64_t>(dump_json(*question.schema).size());
  for (const Dialect& dialect : dialects())
    EXPECT_GE(codec().overhead_tokens(question, dialect), schema);
}

TEST_P(Conformance, ThereIsARecordOfEachKind) {
  int answers = 0, errors = 0, streams = 0;
  for (const Recorded& one : recorded()) {
    ++(one.wanted.contains("error") ? errors : one.streamed ? streams : answers);
  }
  EXPECT_GE(answers, 1);
  EXPECT_GE(errors, 1);
  EXPECT_GE(streams, 1);
}

TEST_P(Conformance, WhatIsRecordedIsReadSo) {
  for (const Recorded& one : recorded()) {
    SCOPED_TRACE(one.name);
    const CallResult<Answer> result = testing::read(codec(), one);
    testing::expect_as_recorded(one, result);
    if (result) continue;
    EXPECT_LE(result.error().message.size(), 512U);
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_EQ(result.error().status, one.response.status);
    if (one.response.status >= 300) {
      EXPECT_FALSE(result.error().maybe_charged);
    }
  }
}

// A cut answer is an error, unless all that counts had come; and then it is the same.
TEST_P(Conformance, CutAtEveryByteNothingSucceedsFalsely) {
  for (const Recorded& one : recorded()) {
    if (one.response.status >= 300) continue;
    SCOPED_TRACE(one.name);
    const Json whole = seen_of(testing::read(codec(), one));
    for (std::size_t bytes = 0; bytes < one.response.body.size(); ++bytes) {
      Recorded part = one;
      part.response.body.resize(bytes);
      const CallResult<Answer> cut = testing::read(codec(), part);
      if (cut) {
        // Where nothing but the end of the connection ends a stream, its usage may be missing: then
        // the call stays charged at its bound.
        Json expected = whole;
        if (!cut->usage && expected.contains("answer")) expected["answer"]["usage"] = nullptr;
        ASSERT_EQ(seen_of(cut), expected) << "cut at " << bytes;
      } else if (whole.contains("answer")) {
        ASSERT_TRUE(cut.error().maybe_charged) << "cut at " << bytes;
      }
    }
  }
}

TEST_P(Conformance, HoweverTheNetworkCutsAStreamItReadsTheSame) {
  for (const Recorded& one : recorded()) {
    if (!one.streamed) continue;
    SCOPED_TRACE(one.name);
    const std::string_view body = one.response.body;
    const Json whole = seen_of(testing::read(codec(), one));
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < body.size(); ++at) bytes.push_back(body.substr(at, 1));
    EXPECT_EQ(seen_of(testing::read_stream(codec(), one, bytes)), whole);
    for (std::size_t at = 1; at < body.size(); at += 5) {
      const auto two = testing::read_stream(codec(), one, {body.substr(0, at), body.substr(at)});
      ASSERT_EQ(seen_of(two), whole) << "cut at " << at;
    }
  }
}

// An unknown member in every object of the provider's. What a model has written as an object is its
// own.
Json with_unknown_members(const Json& json) {
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json& entry : json) list.push_back(with_unknown_members(entry));
    return list;
  }
  if (!json.is_object()) return json;
  Json object = {{"unheard_of", {{"list", {1, nullptr}}}}};
  for (const auto& [name, value] : json.items()) {
    const bool written = name == "input" || name == "args" || name == "arguments";
    object[name] = written ? value : with_unknown_members(value);
  }
  return object;
}

// The same for the data of each event, with an unknown event before it.
std::string with_unknown_events(const std::string& stream) {
  std::string changed;
  std::size_t at = 0;
  bool begins = true;
  while (at < stream.size()) {
    const std::size_t end = std::min(stream.find('\n', at), stream.size());
    const std::string line = stream.substr(at, end - at);
    at = end + 1;
    if (begins && !line.empty())
      changed += ": a comment\n\nevent: unheard_of\ndata: {\"type\":\"unheard_of\",\"x\":1}\n\n";
    begins = line.empty() || line == "\r";
    const Result<Json> data = line.starts_with("data: {") ? parse_json(line.substr(6)) : Json();
    changed += data && data->is_object() ? "data: " + with_unknown_members(*data).dump() : line;
    changed += '\n';
  }
  return changed;
}

TEST_P(Conformance, UnknownMembersAndEventsAreIgnored) {
  for (Recorded one : recorded()) {
    SCOPED_TRACE(one.name);
    const Json before = seen_of(testing::read(codec(), one));
    if (!before.contains("answer")) continue;
    if (one.streamed && !one.response.body.starts_with('[')) {
      one.response.body = with_unknown_events(one.response.body);
    } else {
      one.response.body = with_unknown_members(Json::parse(one.response.body)).dump();
    }
    EXPECT_EQ(seen_of(testing::read(codec(), one)), before) << one.response.body;
  }
}

// Half a surrogate pair, and a byte that is no UTF-8, in a member that nobody reads.
TEST_P(Conformance, ABrokenCharacterCostsNoAnswer) {
  const std::string broken = R"("unheard_of":"\ud83d \uDE00 \ud83d\ude00 )"
                             "\xff\",";
  for (Recorded one : recorded()) {
    SCOPED_TRACE(one.name);
    const Json before = seen_of(testing::read(codec(), one));
    if (!before.contains("answer")) continue;
    std::string& body = one.response.body;
    for (std::size_t at = 0; at < body.size(); ++at) {
      const bool begins = at == 0 || body[at - 1] == '\n' ||
                          std::string_view(body).substr(0, at).ends_with("data: ");
      if (begins && body[at] == '{' && body[at + 1] == '"') body.insert(at + 1, broken);
    }
    EXPECT_EQ(seen_of(testing::read(codec(), one)), before) << body;
  }
}

TEST_P(Conformance, EveryStatusIsAnErrorWhateverItsBody) {
  const Recorded asked = testing::recorded({{"name", "x"}}, "none");
  for (int status = 300; status < 600; ++status) {
    for (const char* body :
         {"", "<html><body>gateway</body></html>", "null", "[]", "[[]]", "{}", "{\"error\":null}",
          "{\"error\":{}}", "{\"error\":\"words\"}", "{\"error\":{\"code\":[],\"message\":{}}}"}) {
      const auto result = codec().decode({status, {}, body}, asked.question, {});
      ASSERT_FALSE(result.has_value()) << status << body;
      EXPECT_FALSE(result.error().maybe_charged) << status << body;
      EXPECT_FALSE(result.error().message.empty()) << status << body;
      if (status == 401) {
        EXPECT_EQ(result.error().error_class, ErrorClass::auth) << body;
      }
      if (status >= 500) {
        EXPECT_TRUE(result.error().transient()) << status << body;
      }
    }
  }
}

TEST_P(Conformance, ModelsAreListedWithoutSpending) {
  const HttpRequest request = codec().list_models(endpoint(), {});
  EXPECT_EQ(request.method, "GET");
  EXPECT_TRUE(request.body.empty());
  EXPECT_TRUE(request.url.starts_with("https://host.test/")) << request.url;
  const auto refused = codec().listed_models({401, {}, "{}"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().error_class, ErrorClass::auth);
  EXPECT_FALSE(codec().listed_models({200, {}, "<html>"}).has_value());
  EXPECT_FALSE(codec().listed_models({200, {}, "[]"}).has_value());
}

}  // namespace
}  // namespace docwright::providers
