// YAML as docwright reads it: what a tree says of its places, and what is refused with which words.
#include "config/yaml.h"

#include <gtest/gtest.h>

namespace docwright::config {
namespace {

TEST(Yaml, KnowsTheLineAndColumnOfEverything) {
  auto root = parse_yaml("a.yaml", "name: x\nsteps:\n  - chunk: {limit_tokens: 300}\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(to_text(root->find("name")->mark), "a.yaml:1:7");
  const Node& step = root->find("steps")->items.at(0);
  EXPECT_EQ(to_text(step.entries.at(0).mark), "a.yaml:3:5");
  EXPECT_EQ(to_text(step.find("chunk")->find("limit_tokens")->mark), "a.yaml:3:27");
}

TEST(Yaml, ReadsPlainScalarsByTheCoreSchemaAndQuotedOnesAsTexts) {
  auto root = parse_yaml(
      "a.yaml", "{a: 12, b: -1.5, c: true, d: null, e: ~, f: yes, g: \"12\", h: 1e3, i: 0x1f}");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(
      to_json(*root).dump(),
      R"({"a":12,"b":-1.5,"c":true,"d":null,"e":null,"f":"yes","g":"12","h":1000.0,"i":"0x1f"})");
}

TEST(Yaml, KeepsLinesOfALiteralBlock) {
  auto root = parse_yaml("a.yaml", "user: |\n  one\n  two\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("user")->text, "one\ntwo\n");
  EXPECT_TRUE(root->find("user")->quoted);
}

TEST(Yaml, AnEmptyTextIsNothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n"}) {
    auto root = parse_yaml("a.yaml", text);
    ASSERT_TRUE(root) << text;
    EXPECT_EQ(root->kind, Node::Kind::null) << text;
  }
}

struct Refused {
  std::string text, at, message;
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << testing::PrintToString(refused.text);
}
class YamlRefuses : public testing::TestWithParam<Refused> {};

TEST_P(YamlRefuses, WithThePlaceAndAReason) {
  auto root = parse_yaml("a.yaml", GetParam().text);
  ASSERT_FALSE(root) << GetParam().text;
  EXPECT_EQ(root.error().at, GetParam().at) << GetParam().text;
  EXPECT_EQ(root.error().message, GetParam().message) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, YamlRefuses,
    testing::Values(
        Refused{"a: 1\nb: 2\na: 3\n", "a.yaml:3:1", "'a' is given twice: first in line 1"},
        Refused{"a: &x 1\nb: *x\n", "a.yaml:1:4",
                "anchors and aliases (&x) are not supported: write the value out"},
        Refused{"b: *x\n", "a.yaml:1:4",
                "not valid YAML: anchors and aliases (*name) are not supported: write the value "
                "out, or quote it"},
        Refused{"a: 1\n---\nb: 2\n", "a.yaml:2:1",
                "a second document begins here ('---'): expected one document per file"},
        Refused{"a: !!binary aGk=\n", "a.yaml:1:4",
                "tags are not supported (tag:yaml.org,2002:binary): leave it out"},
        Refused{"{[a]: 1}", "a.yaml:1:2",
                "expected a word as a key, got a list or a mapping: is a bracket not closed?"},
        Refused{"a: 'x\n", "a.yaml:1:4", "a quoted text that does not end"},
        Refused{"a:\n\t- b\n", "a.yaml:2:2",
                "not valid YAML: a tab in the indentation: use blanks"},
        Refused{"a: [1, 2\n", "a.yaml:2:1", "not valid YAML: '[' without ']'"},
        Refused{"a: 1\n b: 2\n", "a.yaml:2:3",
                "not valid YAML: this does not fit the mapping around it: check the indentation, "
                "and quote a text that contains ': '"},
        Refused{"a: @x\n", "a.yaml:1:4",
                "not valid YAML: a character that cannot begin a value: quote texts that begin "
                "with @ ` or %"},
        Refused{"a: \"C:\\dir\"\n", "a.yaml:1:9",
                "not valid YAML: a backslash before a character that needs none: write \\\\ for a "
                "backslash, or use single quotes"},
        Refused{"a: \"\\\u01a8\"\n", "a.yaml:1:7",
                "not valid YAML: a backslash before a character that needs none: write \\\\ for a "
                "backslash, or use single quotes"},
        Refused{"a: \xff\n", "a.yaml:1:4", "the text is not valid UTF-8 here"},
        Refused{std::string("a: x\nb: \0y\n", 11), "a.yaml:2:4", "a NUL byte is not allowed here"},
        Refused{std::string(40, '[') + std::string(40, ']'), "a.yaml:1:33",
                "nested more than 32 levels deep"}));

TEST(Yaml, RefusesWhatExceedsItsLimits) {
  auto large = parse_yaml("a.yaml", "a: xxxxxxxxxx", {.bytes_max = 10});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::too_large);
  EXPECT_EQ(large.error().message, "the file has 13 bytes: at most 10 are read");
  auto many = parse_yaml("a.yaml", "[1, 2, 3, 4]", {.nodes_max = 3});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().message, "more than 3 values");
  EXPECT_EQ(many.error().at, "a.yaml:1:11");
}

TEST(Yaml, HostileTextsEndSoon) {
  for (const std::string& unit :
       {std::string("["), std::string("{a: "), std::string("- "), std::string("? "),
        std::string("a: b\n"), std::string("'"), std::string("&a "), std::string("!")}) {
    std::string text;
    while (text.size() < 200'000) text += unit;
    std::ignore = parse_yaml("a.yaml", text);
  }
}

}  // namespace
}  // namespace docwright::config
