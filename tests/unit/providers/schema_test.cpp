#include "providers/wire/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/validator.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers::wire {
namespace {

using ::testing::HasSubstr;
using enum SchemaSubset;

constexpr std::array kAll = {openai, anthropic, gemini};

// As pipeline/call/answer_schema.h has it, with symbols of several languages.
Json with_symbols(const std::vector<std::string>& symbols) {
  Json members = Json::object();
  for (const std::string& symbol : symbols) {
    members[symbol] = {{"type", "object"},
                       {"properties", {{"summary", {{"type", "string"}}}}},
                       {"required", {"summary"}},
                       {"additionalProperties", false}};
  }
  return {{"type", "object"},
          {"properties",
           {{"documents",
             {{"type", "object"},
              {"properties", members},
              {"required", symbols},
              {"additionalProperties", false}}}}},
          {"required", {"documents"}},
          {"additionalProperties", false}};
}

Json answer_for(const std::vector<std::string>& symbols) {
  Json documents = Json::object();
  for (const std::string& symbol : symbols)
    documents[symbol] = {{"summary", "\"" + symbol + "\": x"}};
  return {{"documents", documents}};
}

std::vector<std::string> members(const Json& adapted) {
  std::vector<std::string> names;
  for (const auto& [name, member] : adapted["properties"]["documents"]["properties"].items())
    names.push_back(name);
  return names;
}

const std::vector<std::string> kSymbols = {"JSONDecoder.decode",
                                           "Vec::operator()",
                                           "Vec::operator[]",
                                           "Größe.höhe",
                                           "plain",
                                           "a b",
                                           "a_b",
                                           "a/b",
                                           std::string(70, 'x'),
                                           std::string(70, 'x') + "y",
                                           "",
                                           "say \"hi\"\\"};

TEST(AdaptedSchema, ThePortableFormsStayAsTheyAre) {
  for (const Json& schema : {testing::exact_schema(), testing::shared_schema()}) {
    using Unordered = nlohmann::json;
    EXPECT_EQ(Unordered::parse(adapted_schema(schema, openai).dump()),
              Unordered::parse(schema.dump()));
    EXPECT_EQ(adapted_schema(adapted_schema(schema, openai), openai),
              adapted_schema(schema, openai));
  }
}

TEST(AdaptedSchema, AnthropicGetsOnlyNamesThatItTakes) {
  const Json adapted = adapted_schema(with_symbols(kSymbols), anthropic);
  const std::vector<std::string> names = members(adapted);
  ASSERT_EQ(names.size(), kSymbols.size());
  EXPECT_EQ(names[0], "JSONDecoder.decode");
  EXPECT_EQ(names[1], "Vec__operator__");
  EXPECT_EQ(names[2], "Vec__operator___2");
  EXPECT_EQ(names[3], "Gr__e.h_he");
  EXPECT_EQ(names[5], "a_b_2");  // a_b is another's own
  EXPECT_EQ(names[6], "a_b");
  EXPECT_EQ(names[7], "a_b_3");
  for (const std::string& name : names) {
    EXPECT_LE(name.size(), 64U);
    EXPECT_EQ(
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"),
        name.npos)
        << name;
  }
  const Json& documents = adapted["properties"]["documents"];
  EXPECT_EQ(documents["required"], Json(names));
  EXPECT_THAT(documents["properties"]["Vec__operator__"]["description"].get<std::string>(),
              HasSubstr("\"Vec::operator()\""));
  EXPECT_FALSE(documents["properties"]["plain"].contains("description"));
}

TEST(AdaptedSchema, OthersKeepTheNames) {
  for (const SchemaSubset subset : {openai, gemini})
    EXPECT_EQ(members(adapted_schema(with_symbols(kSymbols), subset)), kSymbols);
}

TEST(AdaptedSchema, NamesComeBackInWholeAnswers) {
  const Json schema = with_symbols(kSymbols);
  const Json answer = answer_for(kSymbols);
  for (const SchemaSubset subset : kAll) {
    for (const int indent : {-1, 2}) {
      const std::string sent = with_sent_names(answer.dump(indent), schema, subset);
      EXPECT_EQ(with_own_names(sent, schema, subset), answer.dump(indent));
      if (subset == anthropic) {
        const auto compiled = schemas::Schema::compile(adapted_schema(schema, subset));
        ASSERT_TRUE(compiled.has_value());
        EXPECT_TRUE(compiled->validate(Json::parse(sent)).empty());
      }
    }
  }
}

TEST(AdaptedSchema, NamesComeBackInCutAnswersAndAmongProse) {
  const Json schema = with_symbols(kSymbols);
  const std::string own = answer_for(kSymbols).dump();
  const std::string sent = with_sent_names(own, schema, anthropic);
  for (std::size_t cut = 0; cut <= sent.size(); ++cut) {
    const std::string back = with_own_names(sent.substr(0, cut), schema, anthropic);
    // A name whose colon has not come is not known to be one.
    const std::size_t colon = back.rfind("\":");
    if (colon != back.npos) EXPECT_TRUE(own.starts_with(back.substr(0, colon + 2))) << back;
  }
  EXPECT_EQ(with_own_names("It's 5\" wide:\n```json\n{\"a_b_2\" : 1}\n```", schema, anthropic),
            "It's 5\" wide:\n```json\n{\"a b\" : 1}\n```");
  EXPECT_EQ(with_own_names(R"({"summary": "a_b_2"})", schema, anthropic),
            R"({"summary": "a_b_2"})");
}

TEST(AdaptedSchema, DescriptionsTellTheNames) {
  const Json schema = with_symbols(kSymbols);
  EXPECT_EQ(members(with_told_names(adapted_schema(schema, anthropic))), kSymbols);
}

TEST(AdaptedSchema, KeywordsThatAProviderRefusesBecomeWords) {
  const Json schema = Json::parse(R"({"type": "object", "$schema": "x", "properties": {
    "n": {"type": "integer", "minimum": 1, "maximum": 9, "default": 2, "description": "How many."},
    "s": {"type": "string", "minLength": 3, "const": "abc"},
    "o": {"oneOf": [{"type": "string", "pattern": "^a"}, {"type": "null"}]}}})");
  const Json strict = adapted_schema(schema, openai);
  EXPECT_EQ(strict, Json::parse(R"({"type": "object", "properties": {
    "n": {"type": "integer", "description": "Must hold: minimum 1, maximum 9. How many."},
    "s": {"type": "string", "const": "abc", "description": "Must hold: minLength 3."},
    "o": {"anyOf": [{"type": "string", "description": "Must hold: pattern \"^a\"."}, {"type": "null"}]}},
    "required": ["n", "s", "o"], "additionalProperties": false})"));
  EXPECT_EQ(adapted_schema(schema, anthropic), strict);
  const Json google = adapted_schema(schema, gemini);
  EXPECT_EQ(google["properties"]["n"],
            Json::parse(
                R"({"type": "integer", "minimum": 1, "maximum": 9, "description": "How many."})"));
  EXPECT_EQ(google["properties"]["s"]["enum"], Json({"abc"}));
  EXPECT_EQ(google["propertyOrdering"], Json({"n", "s", "o"}));
}

TEST(AdaptedSchema, GoogleTakesReferencesAloneAndTextsAndNumbersAsValues) {
  const Json schema = Json::parse(R"({"type": "object",
    "properties": {"r": {"$ref": "#/$defs/d", "description": "Refers."},
                   "e": {"enum": ["a", 1]}, "n": {"type": ["string", "null"], "enum": ["a", null]},
                   "b": {"const": true}, "c": {"const": 5}},
    "$defs": {"d": {"type": "string", "minLength": 1}}})");
  const Json adapted = adapted_schema(schema, gemini);
  EXPECT_EQ(adapted["properties"], Json::parse(R"({"r": {"$ref": "#/$defs/d"},
    "e": {"enum": ["a", 1]},
    "n": {"type": ["string", "null"], "description": "Must hold: enum [\"a\",null]."},
    "b": {"description": "Must hold: const true."}, "c": {"enum": [5]}})"));
  EXPECT_EQ(adapted["$defs"]["d"],
            Json::parse(R"({"type": "string", "description": "Must hold: minLength 1."})"));
  EXPECT_EQ(adapted_schema(schema, anthropic)["properties"]["r"], schema["properties"]["r"]);
}

}  // namespace
}  // namespace docwright::providers::wire
