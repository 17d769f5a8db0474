// Bodies that come in pieces: server-sent events, and arrays of JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"

namespace docwright::providers::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

struct Read {
  Strings events;  // "name|data"
  std::string rest, error;
  bool whole = true;  // no limit was passed
  bool operator==(const Read&) const = default;
};

// Fed in two pieces, cut before `at`.
Read read(std::string_view body, std::size_t at = 0, const SseLimits& limits = {}) {
  Read read;
  SseReader reader(
      [&](std::string_view name, std::string_view data) {
        read.events.push_back(std::string(name) + '|' + std::string(data));
      },
      limits);
  read.whole = reader.feed(body.substr(0, at)) && reader.feed(body.substr(at));
  reader.end();
  read.rest = reader.rest();
  read.error = reader.error_field();
  return read;
}

Strings events(std::string_view body) {
  return read(body).events;
}

TEST(Sse, LinesEndWithLfCrlfOrCr) {
  EXPECT_THAT(events("data: 1\n\ndata: 2\r\n\r\ndata: 3\r\rdata: 4\r\n\n"),
              ElementsAre("|1", "|2", "|3", "|4"));
}

TEST(Sse, NothingElseEndsALine) {
  const std::string odd = "data: a\xE2\x80\xA8z\xE2\x80\xA9z\xC2\x85z\x0bz\x0cz";
  EXPECT_THAT(events(odd + "\n\n"), ElementsAre("|" + odd.substr(6)));
}

TEST(Sse, ReadsTheSameWhereverItIsCut) {
  const std::string body =
      "\xEF\xBB\xBF: hello\r\nevent: message_start\r\ndata: {\"a\":\"\xC3\xA9\"}\r\n\r\n"
      "data: one\rdata:two\r\revent:ping\ndata\n\n:\n\nid: 7\nretry: 10\ndata:  three\n\n"
      "{\r\n  \"error\": {}\r\n}\r\nerror: {\"code\":500}\n\ndata: [DONE]";
  const Read whole = read(body);
  EXPECT_THAT(whole.events,
              ElementsAre("message_start|{\"a\":\"\xC3\xA9\"}", "|one\ntwo", "| three", "|[DONE]"));
  EXPECT_EQ(whole.rest, "{\n  \"error\": {}\n}\n");
  EXPECT_EQ(whole.error, "{\"code\":500}");
  for (std::size_t at = 1; at < body.size(); ++at) EXPECT_EQ(read(body, at), whole) << at;
}

TEST(Sse, ANameHoldsForOneEvent) {
  EXPECT_THAT(events("event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n"),
              ElementsAre("a|1", "|2", "|3"));
}

TEST(Sse, OnlyOneSpaceAfterTheColonIsNoData) {
  EXPECT_THAT(events("data:a\n\ndata: a\n\ndata:  a \n\n"), ElementsAre("|a", "|a", "| a "));
}

TEST(Sse, CommentsAndEmptyEventsAreNone) {
  EXPECT_THAT(events(": keep-alive\n\n\n\ndata:\n\ndata\n\nevent: x\n\n"), IsEmpty());
}

TEST(Sse, AtTheEndAnEventCountsIfItIsWhole) {
  EXPECT_THAT(events("data: {\"a\":1}\n"), ElementsAre("|{\"a\":1}"));
  EXPECT_THAT(events("data: {\"a\":1}"), ElementsAre("|{\"a\":1}"));
  EXPECT_THAT(events("data: [DONE]"), ElementsAre("|[DONE]"));
  EXPECT_THAT(events("data: {\"a\":"), IsEmpty());
  EXPECT_THAT(events("data: [DON"), IsEmpty());
}

TEST(Sse, WhatIsNoFieldIsKeptFromItsFirstBraceOn) {
  const Read gemini = read(
      "data: {\"a\":1}\n\nupstream: hello\n{\n  \"error\": {\n    \"code\": 503,\n"
      "    \"message\": \"data: none\"\n  }\n}\n");
  EXPECT_THAT(gemini.events, ElementsAre("|{\"a\":1}"));
  EXPECT_EQ(gemini.rest,
            "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"data: none\"\n  }\n}\n");
}

TEST(Sse, HasLimits) {
  EXPECT_FALSE(read("data: 123456\n\n", 3, {.line_bytes = 8}).whole);
  EXPECT_FALSE(read("data: 1234\ndata: 5678\n\n", 0, {.event_bytes = 8}).whole);
  const Read many = read("data: 1\n\ndata: 2\n\ndata: 3\n\n", 0, {.events = 2});
  EXPECT_FALSE(many.whole);
  EXPECT_THAT(many.events, ElementsAre("|1", "|2"));
  const Read rest = read("{\n  \"a\": 1\n}\nerror: 12345678\n", 0, {.rest_bytes = 6});
  EXPECT_TRUE(rest.whole);
  EXPECT_EQ(rest.rest, "{\n  \"a");
  EXPECT_EQ(rest.error, "123456");
}

struct Elements {
  Strings elements;
  bool complete = false;
  bool operator==(const Elements&) const = default;
};

Elements elements(std::string_view body, std::size_t at = 0) {
  Elements found;
  JsonArrayReader reader([&](std::string_view element) { found.elements.emplace_back(element); });
  if (reader.feed(body.substr(0, at))) reader.feed(body.substr(at));
  found.complete = reader.complete();
  return found;
}

TEST(JsonArray, GivesItsElements) {
  const Elements found = elements(" [{\"a\":[1,{\"b\":\"]}\\\"\\\\\"}]}\r\n,\n{}, 7 ,\"x,y\"]\n");
  EXPECT_TRUE(found.complete);
  EXPECT_THAT(found.elements,
              ElementsAre("{\"a\":[1,{\"b\":\"]}\\\"\\\\\"}]}", "{}", "7 ", "\"x,y\""));
  EXPECT_TRUE(elements("[]").complete);
}

TEST(JsonArray, ReadsTheSameWhereverItIsCut) {
  const std::string body = "[{\"a\":\"\\\\\\\"]\",\"b\":[[],{}]},\n{\"c\":null}\n]";
  const Elements whole = elements(body);
  EXPECT_EQ(whole.elements.size(), 2U);
  for (std::size_t at = 1; at < body.size(); ++at) EXPECT_EQ(elements(body, at), whole) << at;
}

TEST(JsonArray, IsCompleteWithItsBracketAlone) {
  const std::string body = "[{\"a\":[]},{\"b\":{}}]";
  for (std::size_t end = 0; end < body.size(); ++end)
    EXPECT_FALSE(elements(body.substr(0, end)).complete) << end;
  EXPECT_FALSE(elements(body + "x").complete);
  EXPECT_FALSE(elements("{\"a\":1}").complete);
  EXPECT_FALSE(elements("[1}]").complete);
}

TEST(JsonArray, HasALimit) {
  JsonArrayReader reader([](std::string_view) { FAIL(); }, 8);
  EXPECT_TRUE(reader.feed("[\"123456"));
  EXPECT_FALSE(reader.feed("789"));
  EXPECT_FALSE(reader.complete());
}

}  // namespace
}  // namespace docwright::providers::wire
