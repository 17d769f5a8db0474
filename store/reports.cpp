#include "store/reports.h"

#include <fmt/core.h>

#include <array>

#include "runtime/text.h"

namespace docwright::store {
namespace {

// A report is a query over the views. ?1 is the moment since when, in the form in which the views
// show moments (empty: since ever), ?2 how many rows at most.
struct Entry {
  std::string_view name;
  bool has_since;  // false: it is of this moment
  std::string_view sql;
};

constexpr std::array kReports = {
    Entry{"calls", true,
          "SELECT created, job, path, step, provider, model, state, error_class, seconds, "
          "tokens_in, tokens_out, cost_usd FROM calls WHERE created >= ?1 "
          "ORDER BY call DESC LIMIT ?2"},
    Entry{"errors", true,
          "SELECT 'call' AS what, error_class AS class, state AS outcome, count(*) AS times, "
          "count(DISTINCT job) AS jobs, max(ended) AS last, max(error) AS example FROM calls "
          "WHERE state IN ('failed', 'unknown') AND created >= ?1 GROUP BY class, outcome "
          "UNION ALL SELECT 'job', reason, state, count(*), count(*), max(ended), max(detail) "
          "FROM job_overview WHERE state IN ('failed', 'waiting') AND created >= ?1 "
          "GROUP BY reason, state "
          "UNION ALL SELECT 'answer', name, outcome, sum(count), NULL, max(minute), "
          "(SELECT min(f.message) FROM findings f WHERE f.rule = name) FROM metrics_by_minute "
          "WHERE kind = 'check' AND outcome <> 'ok' AND minute >= substr(?1, 1, 16) "
          "GROUP BY name, outcome ORDER BY what, times DESC LIMIT ?2"},
    Entry{"latency", true,
          "SELECT provider, model, count(*) AS calls, round(avg(seconds), 3) AS mean_seconds, "
          "max(iif(place <= (of + 1) / 2, seconds, NULL)) AS p50_seconds, "
          "max(iif(place <= (of * 95 + 99) / 100, seconds, NULL)) AS p95_seconds, "
          "max(iif(place <= (of * 99 + 99) / 100, seconds, NULL)) AS p99_seconds, "
          "max(seconds) AS max_seconds, "
          "round(sum(tokens_out) / nullif(sum(seconds), 0), 1) AS tokens_out_per_second FROM ("
          "SELECT provider, model, seconds, tokens_out, "
          "row_number() OVER (PARTITION BY provider, model ORDER BY seconds) AS place, "
          "count(*) OVER (PARTITION BY provider, model) AS of FROM calls "
          "WHERE state = 'answered' AND seconds IS NOT NULL AND created >= ?1) "
          "GROUP BY provider, model ORDER BY calls DESC LIMIT ?2"},
    Entry{"jobs", true,
          "SELECT created, job, path, pipeline, state, reason, attempts, chunks_stored, chunks, "
          "documents, flagged, calls, cost_usd, seconds FROM job_overview WHERE created >= ?1 "
          "ORDER BY created DESC, job DESC LIMIT ?2"},
    Entry{"budget", false, "SELECT * FROM budgets WHERE ?1 = '' LIMIT ?2"},
    Entry{"providers", true,
          "SELECT * FROM providers_by_day WHERE day >= substr(?1, 1, 10) LIMIT ?2"},
    Entry{
        "checks", true,
        "SELECT f.rule, f.severity, count(*) AS findings, count(DISTINCT f.document) AS documents, "
        "sum(d.latest) AS in_latest, min(f.message) AS example FROM findings f "
        "JOIN document_rows d USING (document) "
        "WHERE strftime('%Y-%m-%dT%H:%M:%fZ', d.created / 1e6, 'unixepoch') >= ?1 "
        "GROUP BY f.rule, f.severity ORDER BY findings DESC LIMIT ?2"},
    Entry{"system", true,
          "SELECT * FROM system_by_minute WHERE minute >= substr(?1, 1, 16) "
          "ORDER BY minute DESC LIMIT ?2"},
    Entry{"rejects", true, "SELECT * FROM rejects WHERE at >= ?1 ORDER BY at DESC LIMIT ?2"},
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
      "WHERE day >= substr(?1, 1, 10) GROUP BY {0} ORDER BY {1} LIMIT ?2",
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
  if (query.since && !entry->has_since) {
    return fail(Code::invalid_request,
                fmt::format("the report '{}' is of this moment: it has no --since", query.name));
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
  auto row = database.statement_once(*sql);
  row.bind(since, query.limit);
  return read(std::move(row));
}

}  // namespace docwright::store
