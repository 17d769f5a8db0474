// report, db check: straight from the database file, read-only, whether or not a daemon runs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>

#include "client/cli/database.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

bool is_number(const store::Report& report, std::size_t column) {
  return std::ranges::all_of(report.rows, [column](const auto& row) {
    return !std::holds_alternative<std::string>(row[column]);
  });
}

bool is_time(const store::Report& report, std::size_t column) {
  return std::ranges::all_of(report.rows, [column](const auto& row) {
    const auto* text = std::get_if<std::string>(&row[column]);
    return text == nullptr || parse_rfc3339(*text);
  });
}

// Digits after the point: the same in all rows of a column, so that points stand below each other.
int decimals_of(std::string_view column) {
  if (column.ends_with("_usd")) return 6;
  return column.ends_with("seconds") ? 3 : 1;
}

// Sentences and paths give way on a narrow terminal; half a name, a time or a number says nothing.
Column::Cut cut_of(std::string_view column) {
  if (column == "path") return Column::Cut::beginning;
  constexpr std::array<std::string_view, 8> kSentences = {
      "reason", "detail", "error", "last_error", "errors", "example", "message", "head"};
  const bool sentence = std::ranges::find(kSentences, column) != kSentences.end();
  return sentence ? Column::Cut::end : Column::Cut::none;
}

Column column_of(const store::Report& report, std::size_t index) {
  const std::string& name = report.columns[index];
  Column column{.key = name, .title = upper(name), .cut = cut_of(name)};
  if (is_number(report, index)) {
    column.align = Column::Align::right;
    column.text = [decimals = decimals_of(name)](const Json& value) {
      return value.is_number_float() ? fmt::format("{:.{}f}", value.get<double>(), decimals)
                                     : number_cell(value);
    };
  } else if (is_time(report, index)) {
    column.text = time_cell;
  }
  return column;
}

struct ReportArguments {
  std::string name;
  std::string by;
  std::optional<std::string> since, database;
  std::int64_t limit = 1000;
};

Result<store::ReportQuery> query_of(const ReportArguments& arguments) {
  store::ReportQuery query{.name = arguments.name,
                           .since = {},
                           .by = arguments.by,
                           .limit = static_cast<int>(arguments.limit)};
  if (!arguments.since) return query;
  const std::string& since = *arguments.since;
  if (const auto age = parse_duration(since)) {
    query.since = SystemClock().now() - *age;
  } else if (const auto day = parse_rfc3339(since + "T00:00:00Z")) {
    query.since = *day;
  } else if (const auto time = parse_rfc3339(since)) {
    query.since = *time;
  } else {
    return fail(Code::invalid_request,
                fmt::format("--since '{}': expected an age (7d, 12h), a day (2030-01-02, UTC) or a "
                            "time (2030-01-02T03:04:05Z)",
                            since));
  }
  return query;
}

Result<Exit> report(Session& session, const ReportArguments& arguments) {
  const auto query = query_of(arguments);
  if (!query) return std::unexpected(query.error());
  const auto database = open_database(session, arguments.database);
  if (!database) return std::unexpected(database.error());
  const auto report = store::report(**database, *query);
  if (!report) return std::unexpected(report.error());

  std::vector<Column> columns;
  for (std::size_t i = 0; i < report->columns.size(); ++i) columns.push_back(column_of(*report, i));
  RowWriter rows(session.out(), session.format(), std::move(columns));
  for (std::size_t i = 0; i < report->rows.size(); ++i) rows.add(row_of(*report, i));
  rows.end();
  if (report->rows.empty()) session.out().say("Nothing to report.");
  return Exit::done;
}

struct CheckArguments {
  std::optional<std::string> database;
  bool thorough = false;
};

Result<Exit> check(Session& session, const CheckArguments& arguments) {
  const auto database = open_database(session, arguments.database);
  if (!database) return std::unexpected(database.error());
  const store::DatabaseCheck checked = store::check_database(**database, arguments.thorough);
  RowWriter rows(session.out(), session.format(),
                 {{.key = "check", .title = "CHECK"}, {.key = "message", .title = "MESSAGE"}});
  for (const auto& finding : checked.findings)
    rows.add(Json{{"check", finding.check}, {"message", finding.message}});
  rows.end();
  session.out().say(fmt::format("{}: {} bytes, {} of them free, schema {}.",
                                checked.findings.empty() ? "All is well" : "Damaged", checked.bytes,
                                checked.free_bytes, checked.schema_version));
  return checked.findings.empty() ? Exit::done : Exit::configuration;
}

}  // namespace

Verb report_verb() {
  return {
      "report", "Reports usage, cost, errors and times from the database",
      [](Options& options) -> Action {
        auto arguments = std::make_shared<ReportArguments>();
        std::vector<std::string> names;
        for (const std::string_view name : store::report_names()) names.emplace_back(name);
        const std::string about = fmt::format("{}", fmt::join(names, ", "));
        options.choice_positional("REPORT", arguments->name, std::move(names), about);
        options.text(
            "--since", "AGE|TIME", arguments->since,
            "Only what is younger: 7d, 12h, 2030-01-02, 2030-01-02T03:04:05Z; of usage whole days "
            "(UTC)");
        options.text("--by", "WHAT", arguments->by,
                     "usage by model, pipeline, tenant, project, day or provider");
        options.number("--limit", "N", arguments->limit, 1, 1'000'000,
                       "At most so many rows (1000)");
        options.text("--db", "FILE", arguments->database, kDatabaseOption);
        return [arguments](Session& session) { return report(session, *arguments); };
      }};
}

Verb db_check_verb() {
  return {"db check", "Checks the database; exit code 78 when it is damaged",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<CheckArguments>();
            options.flag("--thorough", arguments->thorough, "Compare every index, too");
            options.text("--db", "FILE", arguments->database, kDatabaseOption);
            return [arguments](Session& session) { return check(session, *arguments); };
          }};
}

}  // namespace docwright::cli
