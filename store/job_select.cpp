#include "store/job_select.h"

#include <fmt/core.h>

#include <variant>

#include "store/cursor.h"

namespace docwright::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT j.job, j.id, b.id, j.key, t.name, p.name, j.path, l.pipeline, r.model, j.state, "
    "j.reason, j.detail, j.at, j.wake, j.priority, j.attempt, j.cancelling, j.created, j.deadline, "
    "j.started, j.ended, r.traceparent, j.redo_at, j.chunks, j.chunks_stored, j.documents, "
    "j.flagged, (SELECT count(*) FROM document_rows d WHERE d.job = j.job AND d.fallback = 1 "
    "AND d.latest = 1), "
    "j.calls, j.calls_unknown, j.tokens_in, j.tokens_out, j.charged_nusd "
    "FROM jobs j JOIN batches b ON b.batch = j.batch JOIN projects p ON p.project = j.project "
    "JOIN tenants t ON t.tenant = j.tenant JOIN lanes l ON l.lane = j.lane "
    "JOIN job_requests r ON r.job = j.job WHERE ";

JobStatus read_status(const Statement& row) {
  JobStatus job;
  job.row = row.integer(0);
  job.id = row.text(1);
  job.batch = row.text(2);
  job.key = row.text(3);
  job.tenant = row.text(4);
  job.project = row.text(5);
  job.path = row.text(6);
  job.pipeline = row.text(7);
  job.model = row.text(8);
  job.state = state_named(row.text(9)).value();
  if (job.state == State::waiting) {
    job.reason = row.text(10);
    job.detail = row.text(11);
    job.wake = row.optional_time(13);
  } else if (job.state == State::failed) {
    job.error = Error{code_named(row.text(10)).value_or(Code::internal), std::string(row.text(11)),
                      std::string(row.text(12))};
  }
  job.priority = static_cast<int>(row.integer(14));
  job.attempt = static_cast<int>(row.integer(15));
  job.cancel_requested = row.integer(16) != 0;
  job.created = row.time(17);
  job.deadline = row.time(18);
  job.started = row.optional_time(19);
  job.ended = row.optional_time(20);
  job.traceparent = row.text(21);
  job.progress = read_progress(row, 23);
  // Later jobs may have replaced its fallbacks: then its time comes and nothing is done.
  if (job.progress.fallbacks > 0) job.redo_at = row.optional_time(22);
  return job;
}

void read_labels(Database& database, JobStatus& job) {
  auto label = database.statement("SELECT name, value FROM job_labels WHERE job = ?1");
  label.bind(job.row);
  while (label.step()) {
    job.labels.emplace_back(std::string(label.text(0)), std::string(label.text(1)));
  }
}

// Conditions and their values, put together piece by piece. Filters by name are subqueries, so that
// SQLite always walks the jobs themselves, newest first, and stops when the page is full.
struct Where {
  using Value = std::variant<std::int64_t, std::string>;
  std::string sql = "1";
  std::vector<Value> values;

  // `condition` has one ? for each value.
  void add(std::string_view condition, std::initializer_list<Value> more) {
    sql += " AND ";
    sql += condition;
    values.insert(values.end(), more);
  }
  void bind(Statement& row) const {
    int index = 0;
    for (const Value& value : values) {
      ++index;
      std::visit([&](const auto& one) { row.bind_one(index, one); }, value);
    }
  }
};

// Literals, because partial indexes serve nothing else.
std::string any_of(const std::vector<State>& states) {
  std::string list;
  for (const State state : states) {
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", name(state));
  }
  return states.size() == 1 ? "j.state = " + list : "j.state IN (" + list + ")";
}

Where conditions(const JobFilter& filter) {
  Where where;
  if (!filter.states.empty()) where.add(any_of(filter.states), {});
  if (!filter.rows.empty()) {
    where.add("j.job IN (SELECT value FROM json_each(?))", {Json(filter.rows).dump()});
  }
  if (filter.batch) where.add("j.batch = ?", {*filter.batch});
  if (!filter.tenant.empty()) {
    where.add("j.tenant = (SELECT tenant FROM tenants WHERE name = ?)", {filter.tenant});
  }
  if (!filter.project.empty()) {
    where.add("j.project IN (SELECT project FROM projects WHERE name = ?)", {filter.project});
  }
  if (!filter.pipeline.empty()) {
    where.add("j.lane IN (SELECT lane FROM lanes WHERE pipeline = ?)", {filter.pipeline});
  }
  if (!filter.key.empty()) where.add("j.key = ?", {filter.key});
  if (!filter.path_prefix.empty()) {
    where.add("substr(j.path, 1, length(?)) = ?", {filter.path_prefix, filter.path_prefix});
  }
  for (const auto& [label, value] : filter.labels) {
    where.add("j.job IN (SELECT job FROM job_labels WHERE name = ? AND value = ?)", {label, value});
  }
  return where;
}

}  // namespace

Progress read_progress(const Statement& row, int first) {
  Progress progress;
  progress.chunks = row.integer(first);
  progress.chunks_stored = row.integer(first + 1);
  progress.documents = row.integer(first + 2);
  progress.flagged = row.integer(first + 3);
  progress.fallbacks = row.integer(first + 4);
  progress.calls = row.integer(first + 5);
  progress.calls_unknown = row.integer(first + 6);
  progress.tokens_in = row.integer(first + 7);
  progress.tokens_out = row.integer(first + 8);
  progress.charged = row.integer(first + 9);
  return progress;
}

Result<JobStatus> job_status(Database& database, std::int64_t row) {
  JobFilter filter;
  filter.rows = {row};
  auto page = list_jobs(database, filter);
  if (!page) return std::unexpected(std::move(page.error()));
  if (page->jobs.empty())
    return fail(Code::not_found, fmt::format("there is no job in row {}", row));
  return std::move(page->jobs.front());
}

Result<JobPage> list_jobs(Database& database, const JobFilter& filter) {
  Where where = conditions(filter);
  if (!filter.after.empty()) {
    auto after = parse_cursor(filter.after);
    if (!after) return std::unexpected(std::move(after.error()));
    where.add("j.job < ?", {after->number});
  }
  const std::string sql =
      fmt::format("{}{} ORDER BY j.job DESC LIMIT {}", kSelect, where.sql, filter.limit + 1);
  auto row = database.statement_once(sql);
  where.bind(row);
  JobPage page;
  while (row.step()) {
    if (std::ssize(page.jobs) == filter.limit) {
      page.next = make_cursor({page.jobs.back().row, {}});
      break;
    }
    page.jobs.push_back(read_status(row));
    read_labels(database, page.jobs.back());
  }
  return page;
}

}  // namespace docwright::store
