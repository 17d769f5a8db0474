#include "pipeline/call/answer_schema.h"

#include <gtest/gtest.h>

#include "schemas/validator.h"

namespace docwright::pipeline {
namespace {

outline::Definition target(std::string symbol, int parameters) {
  outline::Definition made;
  made.name = made.symbol = std::move(symbol);
  for (int i = 0; i < parameters; ++i)
    made.parameters.push_back({"p" + std::to_string(i), "", "", ""});
  return made;
}

// Walks a schema: the portable subset of all providers' strict modes.
void expect_portable(const Json& schema, int level, int& properties) {
  static const std::vector<std::string> kKeywords = {
      "type", "properties", "required", "additionalProperties", "items", "enum", "description"};
  ASSERT_LE(level, 5);
  ASSERT_TRUE(schema["type"].is_string());
  for (const auto& [keyword, value] : schema.items()) {
    EXPECT_NE(std::ranges::find(kKeywords, keyword), kKeywords.end()) << keyword;
  }
  if (schema["type"] == "object") {
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(schema["required"].size(), schema["properties"].size());
    EXPECT_FALSE(schema["properties"].empty());
    properties += static_cast<int>(schema["properties"].size());
    for (const auto& [name, inner] : schema["properties"].items()) {
      const bool leaf = inner["type"] == "string";
      expect_portable(inner, level + (leaf ? 0 : 1), properties);
    }
  }
  if (schema["type"] == "array") {
    const bool leaf = schema["items"]["type"] == "string";
    expect_portable(schema["items"], level + (leaf ? 0 : 1), properties);
  }
}

TEST(AnswerSchema, BothFormsArePortable) {
  std::vector<outline::Definition> targets = {target("f", 3), target("g", 0)};
  targets[0].returns_value = true;
  targets[0].raises = {"KeyError", "ValueError"};
  targets[1].yields = true;
  for (const AnswerSchema form : {AnswerSchema::exact, AnswerSchema::shared}) {
    const RenderedSchema rendered = answer_schema(form, targets);
    int properties = 0;
    expect_portable(*rendered.schema, 1, properties);
    EXPECT_LE(properties, kSchemaPropertiesMax);
    EXPECT_TRUE(schemas::Schema::compile(*rendered.schema));
  }
}

TEST(AnswerSchema, ExactNamesWhatIsThereAndNothingElse) {
  std::vector<outline::Definition> targets = {target("f", 2), target("g", 0)};
  targets[0].returns_value = true;
  targets[0].raises = {"KeyError"};
  targets[0].parameters.push_back({"", "int", "", ""});  // unnamed
  const Json schema = *answer_schema(AnswerSchema::exact, targets).schema;
  const Json& documents = schema["properties"]["documents"]["properties"];
  const Json& f = documents["f"]["properties"];
  EXPECT_EQ(f["parameters"]["required"], (Json{"p0", "p1"}));
  EXPECT_TRUE(f.contains("returns"));
  EXPECT_EQ(f["raises"]["items"]["properties"]["type"]["enum"], (Json{"KeyError"}));
  EXPECT_EQ(documents["g"]["required"], (Json{"summary", "description"}));
}

TEST(AnswerSchema, CountsItsProperties) {
  std::vector<outline::Definition> targets = {target("f", 3)};
  targets[0].returns_value = true;
  targets[0].raises = {"KeyError"};
  int properties = 0;
  expect_portable(*answer_schema(AnswerSchema::exact, targets).schema, 1, properties);
  EXPECT_EQ(properties, 1 + schema_properties(targets[0]));
}

TEST(AnswerSchema, TooManyPropertiesBecomeTheSharedOne) {
  const std::vector targets = {target("f", 120)};
  EXPECT_EQ(answer_schema(AnswerSchema::exact, targets).schema,
            answer_schema(AnswerSchema::shared, {}).schema);
}

TEST(AnswerSchema, SharedIsTheSameForAll) {
  const std::vector one = {target("f", 1)}, other = {target("g", 5)};
  EXPECT_EQ(answer_schema(AnswerSchema::shared, one).schema,
            answer_schema(AnswerSchema::shared, other).schema);
}

}  // namespace
}  // namespace docwright::pipeline
