#include "client/cli/table.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "client/cli/shapes.h"

namespace docwright::cli {
namespace {

using Align = Column::Align;
using Cut = Column::Cut;

// What was written, through pipes as the program would.
class Captured {
 public:
  explicit Captured(Look look = {}) {
    EXPECT_EQ(pipe(ends_.data()), 0);
    fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
    output.emplace(ends_[1], ends_[1], look, look, false);
  }
  ~Captured() {
    close(ends_[0]);
    if (ends_[1] >= 0) close(ends_[1]);
  }
  std::string text() {
    close(std::exchange(ends_[1], -1));
    std::string all;
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = read(ends_[0], buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
  }
  std::optional<Output> output;

 private:
  std::array<int, 2> ends_{};
};

std::vector<Column> columns() {
  return {{.key = "path", .title = "PATH", .cut = Cut::beginning},
          {.key = "cost", .title = "COST", .align = Align::right},
          {.key = "error.message", .title = "REASON", .cut = Cut::end}};
}

Json rows() {
  return Json::parse(R"([{"path": "src/a.py", "cost": 12, "extra": true},
                         {"path": "src/long/name.py", "cost": 5, "error": {"message": "said, \"no\""}}])");
}

std::string written(Format format, Look look = {}) {
  Captured captured(look);
  write_rows(*captured.output, format, columns(), rows());
  return captured.text();
}

TEST(Table, AlignsColumnsAndEndsLinesWithoutBlanks) {
  EXPECT_EQ(written(Format::table),
            "PATH              COST  REASON\n"
            "src/a.py            12\n"
            "src/long/name.py     5  said, \"no\"\n");
}

TEST(Table, CutsWhatMayBeCutOnATerminal) {
  EXPECT_EQ(written(Format::table, {.terminal = true, .columns = 26}),
            "PATH       COST  REASON\n"
            "src/a.py     12\n"
            "…/name.py     5  said, \"n…\n");
}

TEST(Table, IsNotCutForAPipe) {
  EXPECT_NE(written(Format::table, {.columns = 26}).find("src/long/name.py"), std::string::npos);
}

TEST(Table, HeadingsAreBoldInColour) {
  EXPECT_TRUE(written(Format::table, {.terminal = true, .color = true, .columns = 80})
                  .starts_with("\x1b[1mPATH"));
}

TEST(Table, JsonHasEveryMember) {
  const Json parsed = Json::parse(written(Format::json));
  EXPECT_EQ(parsed, rows());
}

TEST(Table, JsonLinesAreOneObjectEach) {
  const std::string text = written(Format::jsonl);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_EQ(Json::parse(text.substr(0, text.find('\n'))), rows()[0]);
}

TEST(Table, CsvQuotesWhereItMust) {
  EXPECT_EQ(written(Format::csv),
            "path,cost,error.message\r\n"
            "src/a.py,12,\r\n"
            "src/long/name.py,5,\"said, \"\"no\"\"\"\r\n");
}

TEST(Table, NothingIsAnEmptyListAHeadOrNothing) {
  for (const auto& [format, expected] :
       {std::pair(Format::json, "[]\n"), std::pair(Format::table, ""),
        std::pair(Format::csv, "path,cost,error.message\r\n"), std::pair(Format::jsonl, "")}) {
    Captured captured;
    write_rows(*captured.output, format, columns(), Json::array());
    EXPECT_EQ(captured.text(), expected);
  }
}

TEST(Table, AnObjectIsALineForEachMember) {
  Captured captured;
  write_object(*captured.output, Format::table,
               {{.key = "cost", .title = "cost", .text = money_cell},
                {.key = "none", .title = "none"},
                {.key = "jobs", .title = "jobs done"}},
               Json{{"jobs", 3}, {"cost", 140'000'000}});
  EXPECT_EQ(captured.text(), "cost       0.14 USD\njobs done  3\n");
}

TEST(Output, EndsQuietlyWhenNobodyReads) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  signal(SIGPIPE, SIG_IGN);
  Output output(ends[1], ends[1], {}, {}, false);
  close(ends[0]);
  output.data("lost");
  EXPECT_TRUE(output.closed());
  close(ends[1]);
}

TEST(Output, MakesForeignTextHarmlessForATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\xEF\xBF\xBD[31mb");
  EXPECT_EQ(printable("a\nb\tc"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c");
  EXPECT_EQ(printable("a\nb\tc", true), "a\nb\tc");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\xEF\xBF\xBD"
            "31m");
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
}

TEST(Output, ColoursOnlyWhereTheyAreWanted) {
  EXPECT_FALSE(look_of(1, true, config::Environment{}).color);
  EXPECT_FALSE(look_of(1, false, config::Environment({{"NO_COLOR", "1"}})).color);
  EXPECT_FALSE(look_of(1, false, config::Environment({{"TERM", "dumb"}})).color);
}

TEST(Cells, AreMadeForPeople) {
  EXPECT_EQ(number_cell(1234567), "1,234,567");
  EXPECT_EQ(number_cell(-1234), "-1,234");
  EXPECT_EQ(number_cell(999), "999");
  EXPECT_EQ(time_cell("2030-01-02T03:04:05.678Z"), "2030-01-02 03:04:05");
  EXPECT_EQ(time_cell(Json()), "");
  EXPECT_EQ(plain_text(member(Json::parse(R"({"a": {"b": [1]}})"), "a.b")), "[1]");
  EXPECT_TRUE(member(Json(3), "a.b").is_null());
}

}  // namespace
}  // namespace docwright::cli
