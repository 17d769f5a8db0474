#include "pipeline/template.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

std::string render(std::string_view text, const Json& view) {
  const auto parsed = Template::parse(text);
  if (!parsed) return "error: " + parsed.error().message;
  return parsed->render(view);
}

TEST(Template, EscapesNothing) {
  const Json view = {{"code", "a < b && c > \"d\"\n  \t'x' {{not a tag}}"}};
  EXPECT_EQ(
      render("[{{code}}|{{{code}}}]", view),
      "[a < b && c > \"d\"\n  \t'x' {{not a tag}}|a < b && c > \"d\"\n  \t'x' {{not a tag}}]");
}

TEST(Template, AnEmptyTextIsFalse) {
  EXPECT_EQ(render("{{#scope}}in {{scope}}{{/scope}}{{^scope}}alone{{/scope}}", {{"scope", ""}}),
            "alone");
  EXPECT_EQ(render("{{#scope}}in {{scope}}{{/scope}}{{^scope}}alone{{/scope}}", {{"scope", "x"}}),
            "in x");
}

TEST(Template, ListsKnowTheirLastItem) {
  const Json view = {
      {"targets", {{{"name", "f"}, {"last", false}}, {{"name", "g"}, {"last", true}}}}};
  EXPECT_EQ(render("{{#targets}}{{name}}{{^last}}, {{/last}}{{/targets}}", view), "f, g");
}

TEST(Template, DottedNamesAndNumbers) {
  EXPECT_EQ(render("{{steps.draft.text}} {{n}}{{absent}}",
                   {{"steps", {{"draft", {{"text", "hi"}}}}}, {"n", 3}}),
            "hi 3");
}

TEST(Template, SectionTagsTakeTheirLineAlong) {
  EXPECT_EQ(render("a\n{{#on}}\nb\n{{/on}}\nc\n", {{"on", true}}), "a\nb\nc\n");
}

TEST(Template, SaysWhereItIsWrong) {
  const auto error = [](std::string_view text) { return render(text, Json::object()); };
  EXPECT_EQ(error("{{a"), "error: line 1, column 1: the tag is not closed: }} is missing");
  EXPECT_EQ(error("x\n  {{/targets}}"), "error: line 2, column 3: {{/targets}} closes nothing");
  EXPECT_EQ(error("{{#a}}\n{{b}}\n"), "error: line 1, column 1: {{#a}} is not closed");
  EXPECT_EQ(error("{{#a}}\n{{/b}}"),
            "error: line 2, column 1: {{/b}} stands where {{/a}} is expected");
  EXPECT_EQ(error("{{> other}}"),
            "error: line 1, column 1: partials ({{> name}}) are not supported");
  EXPECT_EQ(error("{{=<% %>=}}"),
            "error: line 1, column 1: changed delimiters ({{= =}}) are not supported");
  EXPECT_EQ(
      error("{{a b}}"),
      "error: line 1, column 1: 'a b' is not a name: letters, digits, _ and dots between them");
}

TEST(Template, TellsWhatItUsesAndWhere) {
  const auto parsed = Template::parse(
      "{{path}}\n{{! a note }}{{#targets}}\n {{#parameters}}{{name}}{{/parameters}}{{/targets}}");
  ASSERT_TRUE(parsed);
  const auto& uses = parsed->uses();
  ASSERT_EQ(uses.size(), 4U);
  EXPECT_EQ(uses[0].name, "path");
  EXPECT_EQ(uses[3].name, "name");
  EXPECT_EQ(uses[3].line, 3);
  EXPECT_EQ(uses[3].column, 17);
  EXPECT_EQ(uses[3].sections, (std::vector<std::string>{"targets", "parameters"}));
}

}  // namespace
}  // namespace docwright::pipeline
