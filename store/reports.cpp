#include "store/reports.h"

#include <fmt/core.h>

#include <array>

#include "runtime/text.h"

namespace docwright::store {
namespace {

// A report is a query over the views; ?1 is the moment since when, as the text that the views show,
// ?2 its day; both are empty where everything is asked for. ?3 is the limit.
struct Entry {
  std::string_view name;
  std::string_view sql;
};

constexpr std::array kReports = {
    Entry{
        "calls",
        "SELECT created, job, path, step, provider, model, state, error_class, seconds, tokens_in, "
        "tokens_out, cost_usd FROM calls WHERE created >= ?1 OR ?2 = '' "
        "ORDER BY call DESC LIMIT ?3"},
    Entry{"errors",
          "SELECT what, class, outcome, times, jobs, last, example FROM errors_by_class "
          "WHERE coalesce(last, ?1) >= ?1 OR ?2 = '' LIMIT ?3"},
    Entry{"latency", "SELECT * FROM latency_by_model WHERE ?1 = ?1 AND ?2 = ?2 LIMIT ?3"},
    Entry{"jobs",
          "SELECT created, job, path, pipeline, state, reason, attempts, chunks_stored, chunks, "
          "documents, flagged, calls, cost_usd, seconds FROM job_overview "
          "WHERE created >= ?1 OR ?2 = '' ORDER BY created DESC, job DESC LIMIT ?3"},
    Entry{"budget", "SELECT * FROM budgets WHERE ?1 = ?1 AND ?2 = ?2 LIMIT ?3"},
    Entry{"providers",
          "SELECT * FROM providers_by_day WHERE (?1 = ?1) AND (day >= ?2 OR ?2 = '') LIMIT ?3"},
    Entry{"checks", "SELECT * FROM checks_by_rule WHERE ?1 = ?1 AND ?2 = ?2 LIMIT ?3"},
    Entry{"system",
          "SELECT * FROM system_by_minute WHERE minute >= substr(?1, 1, 16) OR ?2 = '' "
          "ORDER BY minute DESC LIMIT ?3"},
    Entry{"rejects", "SELECT * FROM rejects WHERE at >= ?1 OR ?2 = '' ORDER BY at DESC LIMIT ?3"},
};

constexpr std::array<std::string_view, 6> kGroups = {"model",   "pipeline", "tenant",
                                                     "project", "day",      "provider"};

std::string usage_sql(std::string_view by) {
  const std::string group = by == "model" ? "provider, model" : std::string(by);
  const std::string order = by == "day" ? "day DESC" : "cost_usd DESC, calls DESC";
  return fmt::format(
      "SELECT {0}, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed, "
      "sum(unknown) AS unknown, sum(tokens_in) AS tokens_in, sum(tokens_cached) AS tokens_cached, "
      "sum(tokens_out) AS tokens_out, sum(cost_nusd) / 1e9 AS cost_usd FROM usage "
      "WHERE (?1 = ?1) AND (day >= ?2 OR ?2 = '') GROUP BY {0} ORDER BY {1} LIMIT ?3",
      group, order);
}

Report::Cell cell(const Statement& row, int column) {
  switch (row.type(column)) {
    case Statement::Type::integer:
      return row.integer(column);
    case Statement::Type::real:
      return row.real(column);
    case Statement::Type::null:
      return std::monostate{};
    default:
      return std::string(row.text(column));
  }
}

Report read(Statement row) {
  Report report;
  for (int column = 0; column < row.columns(); ++column) {
    report.columns.emplace_back(row.column_name(column));
  }
  while (row.step()) {
    auto& cells = report.rows.emplace_back();
    for (int column = 0; column < row.columns(); ++column) cells.push_back(cell(row, column));
  }
  return report;
}

Result<std::string> sql_of(const ReportQuery& query) {
  if (query.name == "usage") {
    const std::string_view by = query.by.empty() ? std::string_view("model") : query.by;
    if (std::ranges::find(kGroups, by) != kGroups.end()) return usage_sql(by);
    return fail(Code::invalid_request,
                fmt::format("usage cannot be grouped by '{}'{}: use model, pipeline, tenant, "
                            "project, day or provider",
                            by, did_you_mean(by, kGroups)));
  }
  const auto entry = std::ranges::find(kReports, query.name, &Entry::name);
  if (entry == kReports.end()) {
    const auto names = report_names();
    return fail(Code::invalid_request, fmt::format("there is no report '{}'{}", query.name,
                                                   did_you_mean(query.name, names)));
  }
  if (!query.by.empty()) {
    return fail(Code::invalid_request,
                fmt::format("the report '{}' has no groups: --by goes with usage", query.name));
  }
  return std::string(entry->sql);
}

}  // namespace

std::vector<std::string_view> report_names() {
  std::vector<std::string_view> names = {"usage"};
  for (const Entry& entry : kReports) names.push_back(entry.name);
  return names;
}

Result<Report> report(Database& database, const ReportQuery& query) {
  const auto sql = sql_of(query);
  if (!sql) return std::unexpected(sql.error());
  const std::string since = query.since ? to_rfc3339(*query.since) : std::string();
  const std::string day = since.substr(0, 10);
  auto row = database.statement_once(*sql);
  row.bind(since, day, query.limit);
  return read(std::move(row));
}

}  // namespace docwright::store
