#include "schemas/validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace docwright::schemas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Json json(std::string_view text) {
  Result<Json> value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Json());
}

Schema schema(std::string_view text) {
  Result<Schema> compiled = Schema::compile(json(text));
  if (!compiled) throw std::runtime_error(compiled.error().message);
  return std::move(*compiled);
}

std::vector<Violation> check(std::string_view schema_text, std::string_view value) {
  return schema(schema_text).validate(json(value));
}

struct Case {
  const char* schema;
  const char* value;
  const char* pointer;  // nullptr: right
  const char* message;
};

class Keywords : public testing::TestWithParam<Case> {};

TEST_P(Keywords, SayWhatIsWrongAndWhere) {
  const Case& c = GetParam();
  const std::vector<Violation> found = check(c.schema, c.value);
  if (c.pointer == nullptr) {
    EXPECT_THAT(found, IsEmpty()) << c.schema << " " << c.value << ": " << to_text(found);
  } else {
    EXPECT_THAT(found, ElementsAre(Violation{c.pointer, c.message})) << c.schema << " " << c.value;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, Keywords,
    testing::Values(
        Case{"true", "{}", nullptr, ""}, Case{"false", "1", "", "nothing may stand here"},
        Case{"{}", "[1, {}]", nullptr, ""}, Case{R"({"type":"string"})", R"("x")", nullptr, ""},
        Case{R"({"type":"string"})", "1", "", "expected a string, found an integer"},
        Case{R"({"type":["object","null"]})", "null", nullptr, ""},
        Case{R"({"type":["object","null"]})", "true", "",
             "expected an object or null, found true or false"},
        Case{R"({"type":"integer"})", "3.0", nullptr, ""},
        Case{R"({"type":"integer"})", "3.5", "", "expected an integer, found a number"},
        Case{R"({"type":"number"})", "3", nullptr, ""},
        Case{R"({"required":["a"]})", "{}", "", "'a' is missing"},
        Case{R"({"required":["a"]})", "[]", nullptr, ""},
        Case{R"({"properties":{"a":{"type":"null"}}})", R"({"b":1})", nullptr, ""},
        Case{R"({"properties":{"a/b":{"type":"null"}}})", R"({"a/b":1})", "/a~1b",
             "expected null, found an integer"},
        Case{R"({"properties":{"path":true},"additionalProperties":false})", R"({"pth":1})", "/pth",
             "'pth' is not expected here (did you mean 'path'?)"},
        Case{R"({"additionalProperties":{"type":"string"}})", R"({"x":1})", "/x",
             "expected a string, found an integer"},
        Case{R"({"items":{"type":"string"}})", R"(["a",2])", "/1",
             "expected a string, found an integer"},
        Case{R"({"enum":["ValueError","OSError",null]})", "null", nullptr, ""},
        Case{R"({"enum":["ValueError","OSError"]})", R"("OsError")", "",
             "expected one of 'ValueError', 'OSError', found 'OsError' (did you mean 'OSError'?)"},
        Case{R"({"const":1})", "1", nullptr, ""},
        Case{R"({"const":1})", "2", "", "expected 1, found 2"},
        Case{R"({"minimum":2,"maximum":3})", "2.5", nullptr, ""},
        Case{R"({"minimum":2})", "1", "", "is 1, at least 2 expected"},
        Case{R"({"maximum":2})", "2.5", "", "is 2.5, at most 2 expected"},
        Case{R"({"minLength":2})", "\"\xc3\xa9\"", "", "has 1 characters, at least 2 expected"},
        Case{R"({"maxLength":2})", "\"\xc3\xa9\xc3\xa9\"", nullptr, ""},
        Case{R"({"minItems":1})", "[]", "", "has 0 elements, at least 1 expected"},
        Case{R"({"maxItems":1})", "[1,2]", "", "has 2 elements, at most 1 expected"},
        Case{R"({"minProperties":1})", "{}", "", "has 0 members, at least 1 expected"},
        Case{R"({"maxProperties":1})", R"({"a":1,"b":2})", "", "has 2 members, at most 1 expected"},
        Case{R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "null", nullptr, ""},
        Case{R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "1", "",
             "fits none of the 2 alternatives; expected a string, found an integer"},
        // The alternative of the right type explains what is wrong inside.
        Case{R"({"anyOf":[{"type":"null"},{"properties":{"a":{"type":"string"}}}]})", R"({"a":1})",
             "/a", "expected a string, found an integer"},
        Case{R"({"$defs":{"s":{"type":"string"}},"items":{"$ref":"#/$defs/s"}})", "[1]", "/0",
             "expected a string, found an integer"},
        Case{R"({"properties":{"next":{"$ref":"#"}},"additionalProperties":false})",
             R"({"next":{"next":{"x":1}}})", "/next/next/x", "'x' is not expected here"},
        Case{R"({"title":"t","description":"d","default":1,"examples":[1],"$comment":"c"})", "7",
             nullptr, ""}));

TEST(Validate, ReportsEverythingInOrder) {
  const auto found = check(
      R"({"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b","c"],"additionalProperties":false})",
      R"({"z":1,"a":2})");
  EXPECT_THAT(found, ElementsAre(Violation{"/z", "'z' is not expected here"},
                                 Violation{"/a", "expected a string, found an integer"},
                                 Violation{"", "'b' is missing"}, Violation{"", "'c' is missing"}));
  EXPECT_EQ(to_text(found), "/z: 'z' is not expected here (and 3 more)");
}

TEST(Validate, StopsAfterSoManyViolations) {
  EXPECT_THAT(check(R"({"items":{"type":"string"}})", "[1]"), SizeIs(1));
  std::string many = "[0";
  for (int i = 0; i < 10'000; ++i) many += ",0";
  EXPECT_THAT(check(R"({"items":{"type":"string"}})", many + "]"), SizeIs(Schema::kViolationsMax));
}

TEST(Validate, DeepValuesDoNotOverflowTheStack) {
  Json deep = Json::array();
  for (int i = 0; i < 100'000; ++i) {
    Json outer = Json::array();
    outer.push_back(std::move(deep));
    deep = std::move(outer);
  }
  const auto found = schema(R"({"type":"array","items":{"$ref":"#"}})").validate(deep);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].message, "is nested too deeply");
}

TEST(Validate, GivesUpWhereAlternativesMultiply) {
  Json deep = 1;
  for (int i = 0; i < 60; ++i) {
    Json outer = Json::array();
    outer.push_back(std::move(deep));
    deep = std::move(outer);
  }
  const auto found =
      schema(R"({"type":"array","anyOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]})")
          .validate(deep);
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(to_text(found), HasSubstr("too long to check"));
}

struct BadSchema {
  const char* text;
  const char* at;
  const char* message;
};
class BadSchemas : public testing::TestWithParam<BadSchema> {};

TEST_P(BadSchemas, AreRefusedWithTheirPlace) {
  const Result<Schema> compiled = Schema::compile(json(GetParam().text));
  ASSERT_FALSE(compiled) << GetParam().text;
  EXPECT_EQ(compiled.error().code, Code::configuration);
  EXPECT_EQ(compiled.error().at, GetParam().at);
  EXPECT_THAT(compiled.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadSchemas,
    testing::Values(
        BadSchema{"1", "", "a schema is an object"},
        BadSchema{R"({"propertys":{}})", "/propertys", "did you mean 'properties'?"},
        BadSchema{R"({"pattern":"^a$"})", "/pattern", "not a keyword that docwright checks"},
        BadSchema{R"({"properties":{"a":{"format":"date-time"}}})", "/properties/a/format",
                  "not a keyword"},
        BadSchema{R"({"type":"text"})", "/type", "expected object, array"},
        BadSchema{R"({"type":[]})", "/type", "at least one type"},
        BadSchema{R"({"properties":[]})", "/properties", "object of schemas"},
        BadSchema{R"({"required":"a"})", "/required", "array of names"},
        BadSchema{R"({"required":[1]})", "/required", "array of names"},
        BadSchema{R"({"items":[{}]})", "/items", "a schema is an object"},
        BadSchema{R"({"enum":[]})", "/enum", "at least one value"},
        BadSchema{R"({"anyOf":{}})", "/anyOf", "at least one schema"},
        BadSchema{R"({"minLength":-1})", "/minLength", "not negative"},
        BadSchema{R"({"minimum":"1"})", "/minimum", "expected a number"},
        BadSchema{R"({"$ref":"other.json"})", "/$ref", "a place in this schema"},
        BadSchema{R"({"$ref":"#/$defs/missing"})", "/$ref", "nowhere in this schema"},
        BadSchema{R"({"$ref":"#/~7"})", "/$ref", "nowhere in this schema"},
        BadSchema{R"({"$ref":"#"})", "", "leads back to itself"},
        BadSchema{R"({"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}})",
                  "", "leads back to itself"}));

TEST(Compile, ADeepSchemaIsRefused) {
  std::string text = "{}";
  for (int i = 0; i < 60; ++i) text = R"({"items":)" + text + "}";
  EXPECT_TRUE(Schema::compile(json(text)));
  for (int i = 0; i < 10; ++i) text = R"({"items":)" + text + "}";
  EXPECT_FALSE(Schema::compile(json(text)));
}

TEST(Compile, ASchemaOutlivesItsTextAndIsSharedByCopies) {
  auto first = std::make_unique<Schema>(schema(R"({"enum":["a"]})"));
  const Schema second = *first;
  first.reset();
  EXPECT_THAT(second.validate(Json("b")), SizeIs(1));
}

}  // namespace
}  // namespace docwright::schemas
