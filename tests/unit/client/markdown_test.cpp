#include "client/markdown.h"

#include <gmock/gmock.h>

namespace docwright::client {
namespace {

using testing::HasSubstr;
using testing::Not;

Json record() {
  return Json::parse(R"({
    "schema_version": 1,
    "subject": {"symbol": "Reader.next", "kind": "method", "language": "python", "path": "src/io.py",
                "signature": "def next(self, size: int, wait=True) -> bytes", "return_type": "bytes",
                "parameters": [{"name": "size", "type": "int"}, {"name": "wait", "default": "True"}]},
    "doc": {"summary": "Reads the next block.", "description": "Blocks come in order.",
            "parameters": {"wait": {"description": "Whether to wait."}, "size": {"description": "At most so many bytes."}},
            "returns": {"description": "The block."},
            "raises": [{"type": "EOFError", "when": "nothing is left"}],
            "notes": ["Not thread-safe."]},
    "checks": {"status": "good", "findings": []},
    "provenance": {"job": "j", "pipeline": "docstrings", "model": "gpt-x", "provider": "openai", "cost_nusd": 120000, "created": "2030-01-02T03:04:05.678Z"}
  })");
}

TEST(Markdown, ShowsWhatTheRecordHolds) {
  EXPECT_EQ(
      markdown(record()),
      "## method `Reader.next`\n\n"
      "```python\ndef next(self, size: int, wait=True) -> bytes\n```\n\n"
      "Reads the next block.\n\n"
      "Blocks come in order.\n\n"
      "**Parameters**\n\n"
      "| name | type | default | description |\n"
      "|---|---|---|---|\n"
      "| `size` | `int` |  | At most so many bytes. |\n"
      "| `wait` |  | `True` | Whether to wait. |\n\n"
      "**Returns** (`bytes`): The block.\n\n"
      "**Raises**\n\n- `EOFError`: nothing is left\n\n"
      "**Notes**\n\n- Not thread-safe.\n\n"
      "<sub>model gpt-x · pipeline docstrings · 0.00012 USD · 2030-01-02T03:04:05.678Z</sub>\n");
}

TEST(Markdown, LeavesOutWhatIsNotThere) {
  const Json bare = Json::parse(R"({"subject": {"symbol": "f"}, "doc": {"summary": "Does f."}})");
  EXPECT_EQ(markdown(bare), "## `f`\n\nDoes f.\n\n");
}

TEST(Markdown, SaysWhenNoModelWasAsked) {
  Json offline = record();
  offline["provenance"]["written_by"] = "facts";
  EXPECT_THAT(markdown(offline),
              HasSubstr("written offline from the code's facts alone, no model was asked"));
}

TEST(Markdown, SaysWhatWasPaidForWhat) {
  Json shared = record();
  shared["provenance"]["targets"] = 7;
  shared["provenance"]["corrected"] = true;
  EXPECT_THAT(markdown(shared), HasSubstr("corrected once · 0.00012 USD for 7 definitions · 2030"));
  shared["provenance"]["cached"] = true;
  EXPECT_THAT(markdown(shared), HasSubstr("paid by an earlier call"));
}

TEST(Markdown, MarksFlaggedDocumentsAndTheirOpenFindings) {
  Json flagged = record();
  flagged["checks"] = Json::parse(R"({"status": "flagged", "findings": [
      {"rule": "P02", "severity": "error", "message": "'sise' is no parameter"},
      {"rule": "S01", "severity": "warning", "message": "no period", "fixed": true}]})");
  const std::string text = markdown(flagged);
  EXPECT_THAT(text, HasSubstr("> **Flagged**"));
  EXPECT_THAT(text, HasSubstr("> - `P02` (error): 'sise' is no parameter\n"));
  EXPECT_THAT(text, Not(HasSubstr("S01")));
}

TEST(Markdown, ListsParametersThatOnlyTheDocumentNames) {
  Json wrong = record();
  wrong["doc"]["parameters"]["sise"] = Json{{"description", "Misspelt."}};
  EXPECT_THAT(markdown(wrong), HasSubstr("| `sise` |  |  | Misspelt. |"));
}

TEST(Markdown, TakesParametersAsAList) {
  Json list = record();
  list["doc"]["parameters"] = Json::parse(R"([{"name": "size", "description": "How much."}])");
  EXPECT_THAT(markdown(list), HasSubstr("| `size` | `int` |  | How much. |"));
}

TEST(Markdown, KeepsWhatAModelWroteInItsPlace) {
  Json hostile = record();
  hostile["doc"]["summary"] = "# Not a heading";
  hostile["doc"]["description"] = "<script>x</script> but `a<b>` stays\n---\n```\nopen fence";
  hostile["doc"]["parameters"]["size"]["description"] = "a | b\nnext line";
  const std::string text = markdown(hostile);
  EXPECT_THAT(text, HasSubstr("\n\\# Not a heading\n"));
  EXPECT_THAT(text, HasSubstr("\\<script>x\\</script> but `a<b>` stays\n\\---\n"));
  EXPECT_THAT(text, HasSubstr("```\nopen fence\n```\n"));
  EXPECT_THAT(text, HasSubstr("| a \\| b next line |"));
}

TEST(Markdown, FencesAreLongerThanWhatTheyHold) {
  Json ticks = record();
  ticks["subject"]["signature"] = "def f(a=\"```\")";
  ticks["subject"]["symbol"] = "op`";
  const std::string text = markdown(ticks);
  EXPECT_THAT(text, HasSubstr("````python\ndef f(a=\"```\")\n````\n"));
  EXPECT_THAT(text, HasSubstr("`` op` ``"));
}

TEST(Markdown, SurvivesRecordsOfAnyForm) {
  for (
      const char* text :
      {"null", "[]", "3", R"({"subject": 1, "doc": "x", "checks": [], "provenance": null})",
       R"({"subject": {"parameters": {"a": 1}}, "doc": {"raises": "no", "parameters": 4, "notes": {"a": 1}}})"}) {
    EXPECT_FALSE(markdown(Json::parse(text)).empty()) << text;
  }
}

TEST(Markdown, APageIsTitledByThePath) {
  const std::vector<Json> records{record(), record()};
  const std::string page = markdown_page("src/io.py", records);
  EXPECT_TRUE(page.starts_with("# `src/io.py`\n\n## method `Reader.next`\n"));
}

}  // namespace
}  // namespace docwright::client
