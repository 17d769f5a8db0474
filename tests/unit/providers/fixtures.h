// Recorded forms of answers, streams and errors: providers/NAME/fixtures/*.json, each a list of
// cases with a name, what came, and what it is to be read as.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "providers/provider.h"
#include "providers/wire/sse.h"

namespace docwright::providers::testing {

inline Json fixtures(const std::string& file, const std::string& provider = "openai") {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/providers/" + provider + "/fixtures/" + file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return Json::parse(text);
}

// `body` as JSON, or `raw` as it is.
inline HttpResponse response_of(const Json& fixture) {
  HttpResponse response;
  response.status = fixture.at("status").get<int>();
  response.body =
      fixture.contains("raw") ? fixture["raw"].get<std::string>() : fixture.at("body").dump();
  if (fixture.contains("headers")) {
    for (const auto& [name, value] : fixture["headers"].items()) {
      response.headers.emplace_back(name, value.get<std::string>());
    }
  }
  return response;
}

// `forced_tool`: the form of the answer was asked for by a tool.
inline Dialect dialect_of(const Json& fixture) {
  Dialect dialect;
  if (fixture.value("forced_tool", false)) dialect.structured = Structured::tool;
  return dialect;
}

// `schema`: of the answer.
inline Question question_of(const Json& fixture) {
  Question question;
  question.schema = std::make_shared<const Json>(fixture.value("schema", Json::object()));
  return question;
}

inline Json seen(const std::optional<Usage>& usage) {
  if (!usage) return nullptr;
  Json json = {{"input", usage->input},
               {"input_cached", usage->input_cached},
               {"input_cache_write", usage->input_cache_write},
               {"output", usage->output},
               {"reasoning", usage->reasoning}};
  if (usage->input_cache_write_1h > 0) json["input_cache_write_1h"] = usage->input_cache_write_1h;
  return json;
}

inline Json seen(const Answer& answer) {
  return {{"text", answer.text},
          {"finish", name(answer.finish)},
          {"finish_raw", answer.finish_raw},
          {"model", answer.model},
          {"response_id", answer.response_id},
          {"usage", seen(answer.usage)}};
}

inline Json seen(const CallError& error) {
  constexpr std::array kResets = {"unsaid", "midnight_utc", "midnight_pacific"};
  Json json = {{"class", name(error.error_class)},
               {"message", error.message},
               {"maybe_charged", error.maybe_charged},
               {"transient", error.transient()},
               {"code", error.code},
               {"quota_reset", kResets.at(static_cast<std::size_t>(error.quota_reset))}};
  if (error.retry_after)
    json["retry_after_ms"] = std::chrono::duration<double, std::milli>(*error.retry_after).count();
  if (error.context)
    json["context"] = {{"window", error.context->window}, {"requested", error.context->requested}};
  return json;
}

// Each member that the fixture names is as it says; null: it is not there.
inline void expect_members(const Json& wanted, const Json& actual) {
  for (const auto& [member, value] : wanted.items()) {
    EXPECT_EQ(actual.value(member, Json()), value) << member << " of " << actual;
  }
}

// The fixture's `answer` or `error`.
inline void expect_recorded(const Json& fixture, const CallResult<Answer>& result) {
  if (fixture.contains("answer")) {
    ASSERT_TRUE(result.has_value()) << result.error().message;
    expect_members(fixture["answer"], seen(*result));
  } else {
    ASSERT_FALSE(result.has_value()) << result->text;
    expect_members(fixture["error"], seen(result.error()));
    EXPECT_EQ(result.error().status, fixture.value("status", 200));
    EXPECT_LE(result.error().message.size(), 512U);
    EXPECT_FALSE(result.error().message.empty());
  }
}

inline void check(const Codec& codec, const Json& fixture) {
  SCOPED_TRACE(fixture.at("name").get<std::string>());
  expect_recorded(fixture,
                  codec.decode(response_of(fixture), question_of(fixture), dialect_of(fixture)));
}

inline CallResult<Answer> read_stream(const Codec& codec, const Json& fixture,
                                      std::string_view bytes) {
  const Question question = question_of(fixture);
  const Dialect dialect = dialect_of(fixture);
  const std::unique_ptr<EventReader> events = codec.events(question, dialect);
  wire::SseReader sse(
      [&](std::string_view name, std::string_view data) { events->event(name, data); });
  sse.feed(bytes);
  sse.end();
  if (const Result<Json> rest = parse_json(sse.rest()); rest && rest->contains("error"))
    return codec.decode({200, {}, std::string(sse.rest())}, question, dialect);
  return events->end();
}

// A `stream` as it comes, and cut at every byte: then it is an error, unless all that counts had
// come.
inline void check_stream(const Codec& codec, const Json& fixture) {
  SCOPED_TRACE(fixture.at("name").get<std::string>());
  const std::string stream = fixture.at("stream").get<std::string>();
  const CallResult<Answer> whole = read_stream(codec, fixture, stream);
  expect_recorded(fixture, whole);
  for (std::size_t cut = 0; cut < stream.size(); ++cut) {
    const CallResult<Answer> part =
        read_stream(codec, fixture, std::string_view(stream).substr(0, cut));
    if (!part) {
      EXPECT_TRUE(part.error().maybe_charged) << "cut at " << cut;
      continue;
    }
    ASSERT_TRUE(whole.has_value()) << "cut at " << cut;
    EXPECT_EQ(part->text, whole->text) << "cut at " << cut;
    EXPECT_EQ(part->finish, whole->finish) << "cut at " << cut;
    if (part->usage) EXPECT_EQ(seen(part->usage), seen(whole->usage)) << "cut at " << cut;
  }
}

}  // namespace docwright::providers::testing
