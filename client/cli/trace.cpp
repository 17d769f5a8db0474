// trace: one job as a waterfall, from its submit to its end.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "client/cli/database.h"
#include "client/cli/verbs.h"
#include "tokens/money.h"

namespace docwright::cli {
namespace {

constexpr int kBarWidth = 32;

struct TraceArguments {
  std::string job;
  std::optional<std::string> database;
};

double number(const Json& row, std::string_view key) {
  const Json& value = member(row, key);
  return value.is_number() ? value.get<double>() : 0;
}

std::string seconds_cell(const Json& value) {
  return value.is_number() ? fmt::format("{:.3f}", value.get<double>()) : std::string();
}

// The part of the whole time that the row took; at least a mark.
std::string bar(const Json& row, double whole) {
  const double scale = whole > 0 ? kBarWidth / whole : 0;
  const auto place = [&](double seconds) {
    return std::clamp(static_cast<int>(std::lround(seconds * scale)), 0, kBarWidth);
  };
  const double begin = number(row, "begin_seconds");
  const int from = std::min(place(begin), kBarWidth - 1);
  // What goes on has no end yet.
  const bool open = member(row, "seconds").is_null();
  const int to = open ? kBarWidth : std::max(place(begin + number(row, "seconds")), from + 1);
  const std::string what = plain_text(member(row, "what"));
  const char mark = what == "call" ? '#' : what == "run" ? '=' : what == "stored" ? '*' : '.';
  std::string text(kBarWidth, ' ');
  std::fill(text.begin() + from, text.begin() + to, mark);
  return text;
}

std::string subject(const Json& row) {
  const std::string what = plain_text(member(row, "what"));
  const std::string name = plain_text(member(row, "name"));
  const Json& chunk = member(row, "chunk");
  // A step that nobody named is called call.
  const bool says_it = name == what || name.starts_with(what + " ");
  return fmt::format("{}{}{}{}", says_it ? "" : what, says_it || name.empty() ? "" : " ", name,
                     chunk.is_null() ? "" : fmt::format(", chunk {}", chunk.get<int>()));
}

std::string target(const Json& row) {
  const std::string model = plain_text(member(row, "model"));
  if (model.empty()) return {};
  const std::string route = plain_text(member(row, "route"));
  return fmt::format("{}{}/{}", route.empty() ? "" : route + ": ",
                     plain_text(member(row, "provider")), model);
}

// How it ended: the class and the status of what went wrong.
std::string outcome(const Json& row) {
  std::string text = plain_text(member(row, "outcome"));
  for (const char* key : {"error_class", "error_code", "http_status"}) {
    const std::string part = plain_text(member(row, key));
    if (!part.empty()) text += " " + part;
  }
  return text;
}

std::string tokens(const Json& row) {
  if (member(row, "tokens_in").is_null()) return {};
  return fmt::format("{}+{}", number(row, "tokens_in"), number(row, "tokens_out"));
}

std::string cost(const Json& value) {
  return value.is_number() ? money_text(std::llround(value.get<double>() * 1e9)) : std::string();
}

std::vector<Column> waterfall(double whole) {
  using Align = Column::Align;
  const auto of_row = [](std::string title, std::string (*text)(const Json&),
                         Column::Cut cut = Column::Cut::none) {
    return Column{.key = {}, .title = std::move(title), .cut = cut, .text = text, .of_row = true};
  };
  return {
      {.key = "begin_seconds", .title = "AFTER", .align = Align::right, .text = seconds_cell},
      {.key = "seconds", .title = "SECONDS", .align = Align::right, .text = seconds_cell},
      {.key = {},
       .title = "",
       .text = [whole](const Json& row) { return bar(row, whole); },
       .of_row = true},
      of_row("WHAT", subject),
      of_row("TARGET", target),
      {.key = "key_id", .title = "KEY"},
      of_row("OUTCOME", outcome),
      {.key = "first_token_seconds", .title = "FIRST", .align = Align::right, .text = seconds_cell},
      of_row("TOKENS", tokens),
      {.key = "cost_usd", .title = "COST", .align = Align::right, .text = cost},
      {.key = "detail", .title = "DETAIL", .cut = Column::Cut::end}};
}

Result<Exit> trace(Session& session, const TraceArguments& arguments) {
  const auto database = open_database(session, arguments.database);
  if (!database) return std::unexpected(database.error());
  const auto job = session.expand(arguments.job);
  if (!job) return std::unexpected(job.error());
  const auto traced = store::trace(**database, *job);
  if (!traced) return std::unexpected(traced.error());
  Json rows = Json::array();
  double whole = 0;
  for (std::size_t i = 0; i < traced->rows.size(); ++i) {
    rows.push_back(row_of(*traced, i));
    whole = std::max(whole, number(rows.back(), "begin_seconds") + number(rows.back(), "seconds"));
  }
  std::vector<Column> columns;
  if (session.format() == Format::table) {
    columns = waterfall(whole);
  } else {
    for (const std::string& column : traced->columns)
      columns.push_back({.key = column, .title = column});
  }
  write_rows(session.out(), session.format(), std::move(columns), rows);
  return Exit::done;
}

}  // namespace

Verb trace_verb() {
  return {"trace", "Shows one job as a waterfall: waits, runs, and each call with its target",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<TraceArguments>();
            options.positional("JOB", arguments->job,
                               "The job's id, or a unique prefix; or a batch of one job, as @last");
            options.text("--db", "FILE", arguments->database, kDatabaseOption);
            return [arguments](Session& session) { return trace(session, *arguments); };
          }};
}

}  // namespace docwright::cli
