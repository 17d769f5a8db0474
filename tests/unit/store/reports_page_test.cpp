// docs/reports.md names every view and column, and its examples run.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using testing::HasSubstr;

std::string page() {
  std::ifstream file(DOCWRIGHT_SOURCE_DIR "/docs/reports.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// From the heading of the view to the next heading.
std::string section(const std::string& page, const std::string& view) {
  const auto begin = page.find("\n### " + view + "\n");
  if (begin == std::string::npos) return {};
  return page.substr(begin, page.find("\n##", begin + 5) - begin);
}

class ReportsPageTest : public StoreTest {};

TEST_F(ReportsPageTest, EveryViewHasItsSectionWithEveryColumn) {
  const std::string text = page();
  auto view = database().statement_once("SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (view.step()) {
    const std::string name(view.text(0));
    const std::string about = section(text, name);
    ASSERT_FALSE(about.empty()) << name << " has no section";
    auto row = database().statement_once("SELECT * FROM " + name + " LIMIT 0");
    for (int column = 0; column < row.columns(); ++column) {
      EXPECT_THAT(about, HasSubstr("`" + std::string(row.column_name(column)) + "`")) << name;
    }
  }
}

TEST_F(ReportsPageTest, TheExamplesRun) {
  const std::string text = page();
  const auto begin = text.find("```sql\n") + 7;
  const std::string examples = text.substr(begin, text.find("```", begin) - begin);
  EXPECT_NO_THROW(database().execute(examples.c_str()));
  EXPECT_GE(std::ranges::count(examples, ';'), 9);
}

}  // namespace
}  // namespace docwright::test
