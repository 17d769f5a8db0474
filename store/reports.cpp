#include "store/reports.h"

#include <fmt/core.h>

#include <array>

#include "runtime/text.h"
#include "store/job_status.h"

namespace docwright::store {
namespace {

// A report is a view. With --since it is that of the younger rows alone: the view's own text over
// its tables, each cut at ?1 (microseconds) by the column named here.
struct Cut {
  std::string_view table, column;
};
struct Entry {
  std::string_view name, view;
  std::string_view columns;  // and their order; empty: the view's own
  std::array<Cut, 3> cuts;   // none: the report is of this moment
};

// A minute that has begun before ?1 and not ended is counted.
constexpr std::string_view kEndOfMinute = "minute + 60000000";

constexpr std::array kReports = {
    Entry{"calls",
          "calls",
          "created, job, path, step, provider, model, key_id, state, error_class, error_code, "
          "seconds, first_token_seconds, tokens_in, tokens_out, cost_usd {} ORDER BY call DESC",
          {{{"call_journal", "created"}}}},
    Entry{"errors",
          "errors_by_class",
          "",
          {{{"call_journal", "created"}, {"jobs", "created"}, {"metrics_minute", kEndOfMinute}}}},
    Entry{"latency", "latency_by_model", "", {{{"call_journal", "created"}}}},
    Entry{"jobs",
          "job_overview",
          "created, job, path, pipeline, state, reason, attempts, chunks_stored, chunks, "
          "documents, flagged, calls, cost_usd, seconds {} ORDER BY created DESC, job DESC",
          {{{"jobs", "created"}}}},
    Entry{"providers", "providers_by_key", "", {{{"call_journal", "created"}}}},
    Entry{"waste", "waste_by_step", "", {{{"call_journal", "created"}}}},
    Entry{"budget", "budgets", "", {}},
    Entry{"checks", "checks_by_rule", "", {{{"document_rows", "created"}}}},
    Entry{"system",
          "system_by_minute",
          "* {} ORDER BY minute DESC",
          {{{"system_minute", kEndOfMinute}}}},
    Entry{"rejects", "rejects", "* {} ORDER BY at DESC", {{{"reject_rows", "at"}}}},
};

constexpr std::array<std::string_view, 6> kGroups = {"model",   "pipeline", "tenant",
                                                     "project", "day",      "provider"};

std::string usage_sql(std::string_view by) {
  const std::string group = by == "model" ? "provider, model" : std::string(by);
  const std::string order = by == "day" ? "day DESC" : "cost_usd DESC, calls DESC";
  return fmt::format(
      "SELECT {0}, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed, "
      "sum(unknown) AS unknown, sum(tokens_in) AS tokens_in, sum(tokens_cached) AS tokens_cached, "
      "sum(tokens_out) AS tokens_out, sum(cost_nusd) / 1e9 AS cost_usd, "
      "sum(cache_hits) AS cache_hits, sum(saved_nusd) / 1e9 AS saved_usd FROM usage "
      "WHERE day >= strftime('%Y-%m-%d', ?1 / 1e6, 'unixepoch') GROUP BY {0} ORDER BY {1} LIMIT ?2",
      group, order);
}

// What stands behind CREATE VIEW name AS.
std::string text_of_view(Database& database, std::string_view name) {
  auto row = database.statement("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1");
  row.bind(name).step();
  const std::string_view sql = row.text(0);
  constexpr std::string_view kAs = " AS\n";
  return std::string(sql.substr(sql.find(kAs) + kAs.size()));
}

std::string sql_of(Database& database, const Entry& entry) {
  std::string sql;
  for (const Cut& cut : entry.cuts) {
    if (cut.table.empty()) break;
    sql += fmt::format("{} {} AS (SELECT * FROM main.{} WHERE {} >= ?1)",
                       sql.empty() ? "WITH" : ",", cut.table, cut.table, cut.column);
  }
  const std::string view = text_of_view(database, entry.view);
  sql += entry.columns.empty()
             ? view
             : "SELECT " + fmt::format(fmt::runtime(entry.columns), "FROM (" + view + ")");
  return sql + " LIMIT ?2";
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

Result<std::string> sql_of(Database& database, const ReportQuery& query) {
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
  if (query.since && entry->cuts.front().table.empty()) {
    return fail(Code::invalid_request,
                fmt::format("the report '{}' is of this moment: it has no --since", query.name));
  }
  return sql_of(database, *entry);
}

// A job, or the one of a batch.
Result<std::int64_t> find_only_job(Database& database, std::string_view id_or_prefix) {
  const auto job = find_job(database, id_or_prefix);
  if (job || job.error().code != Code::not_found) return job;
  const auto batch = find_batch(database, id_or_prefix);
  if (!batch) return job;
  auto row = database.statement("SELECT min(job), count(*) FROM jobs WHERE batch = ?1");
  row.bind(*batch).step();
  const std::int64_t jobs = row.integer(1);
  if (jobs == 1) return row.integer(0);
  return fail(Code::invalid_request,
              fmt::format("'{0}' is a batch of {1} jobs: name one of them; 'docwright list --batch "
                          "{0}' shows them",
                          id_or_prefix, jobs));
}

}  // namespace

std::vector<std::string_view> report_names() {
  std::vector<std::string_view> names = {"usage"};
  for (const Entry& entry : kReports) names.push_back(entry.name);
  return names;
}

Result<Report> report(Database& database, const ReportQuery& query) {
  const auto sql = sql_of(database, query);
  if (!sql) return std::unexpected(sql.error());
  auto row = database.statement_once(*sql);
  row.bind(query.since.value_or(Time{}), query.limit);
  return read(std::move(row));
}

Result<Report> trace(Database& database, std::string_view id_or_prefix) {
  const auto job = find_only_job(database, id_or_prefix);
  if (!job) return std::unexpected(job.error());
  auto row = database.statement(
      "SELECT * FROM job_trace WHERE job = (SELECT id FROM jobs WHERE job = ?1) "
      "ORDER BY at, what DESC");
  row.bind(*job);
  return read(std::move(row));
}

}  // namespace docwright::store
