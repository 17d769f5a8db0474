#include "runtime/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace docwright {
namespace {

using testing::HasSubstr;

std::string nested(std::size_t levels, char open, char close) {
  return std::string(levels, open) + std::string(levels, close);
}

TEST(ParseJson, KeepsTheOrderOfMembers) {
  const std::string text = R"({"z":1,"a":[true,null,-2,1.5,"x"],"m":{"k":{}}})";
  const Result<Json> json = parse_json(text);
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(dump_json(*json), text);
}

TEST(ParseJson, TakesScalarsAndAnySpace) {
  EXPECT_EQ(parse_json(" 7\n").value(), Json(7));
  EXPECT_EQ(parse_json("\"\\u00e9\"").value(), Json("\xc3\xa9"));
  EXPECT_EQ(parse_json("18446744073709551615").value(), Json(std::uint64_t{18446744073709551615U}));
}

TEST(ParseJson, RefusesWhatIsNotJsonAndNamesTheByte) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":}", "nul", "[1] x", "{'a':1}", "\"\x01\"", "01",
                           "1e999", "[NaN]"}) {
    const Result<Json> json = parse_json(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, Code::invalid_request);
    EXPECT_THAT(json.error().message, HasSubstr("not JSON")) << text;
  }
  EXPECT_THAT(parse_json("[1,]").error().message, HasSubstr("byte 3"));
  EXPECT_THAT(parse_json(std::string_view("[1]\0 more", 9)).error().message,
              HasSubstr("not JSON: byte 3 is zero"));
}

TEST(ParseJson, RefusesBadUtf8) {
  EXPECT_FALSE(parse_json("\"\xff\""));
  EXPECT_FALSE(parse_json("\"\xed\xa0\x80\""));
  EXPECT_FALSE(parse_json("{\"\xc0\xaf\":1}"));
}

TEST(ParseJson, RefusesDuplicateKeysAndSaysWhere) {
  const Result<Json> json = parse_json(R"({"jobs":[{},{"a/b":1,"c":2,"a/b":3}]})");
  ASSERT_FALSE(json);
  EXPECT_THAT(json.error().message, HasSubstr("'a/b'"));
  EXPECT_EQ(json.error().at, "/jobs/1/a~1b");
}

TEST(ParseJson, FindsADuplicateAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"last\":0}"));
  EXPECT_FALSE(parse_json(text + "\"key17\":0}"));
}

TEST(ParseJson, LimitsTheDepth) {
  EXPECT_TRUE(parse_json(nested(128, '[', ']')));
  const Result<Json> deep = parse_json(nested(129, '[', ']'));
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().message, HasSubstr("128"));
}

TEST(ParseJson, SurvivesFiftyThousandBrackets) {
  EXPECT_FALSE(parse_json(nested(50'000, '[', ']')));
  EXPECT_FALSE(parse_json(std::string(50'000, '[')));
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse_json(objects));
}

TEST(DumpJson, ReplacesInvalidUtf8) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace docwright
