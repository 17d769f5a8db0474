// What `docwright report` prints: the views of docs/reports.md, filtered and grouped. Read-only;
// any connection.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/error.h"
#include "store/database.h"

namespace docwright::store {

struct Report {
  using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

struct ReportQuery {
  std::string name;           // of report_names()
  std::optional<Time> since;  // none: everything
  std::string by;             // usage: model (default), pipeline, tenant, project, day, provider
  int limit = 1000;
};

// Errors: invalid_request, with the nearest name.
Result<Report> report(Database& database, const ReportQuery& query);
std::vector<std::string_view> report_names();
// The rows of job_trace of one job (or the one of a batch), in order. Errors: as find_job();
// invalid_request of a batch with several.
Result<Report> trace(Database& database, std::string_view id_or_prefix);

// `docwright db check`.
struct DatabaseCheck {
  struct Finding {
    std::string check;  // quick_check, foreign_keys, counters, promise_3, application_id, ...
    std::string message;
  };
  std::vector<Finding> findings;  // none: all is well
  std::int64_t bytes = 0, free_bytes = 0;
  int schema_version = 0;
};
// `thorough`: integrity_check (also compares every index) instead of quick_check.
DatabaseCheck check_database(Database& database, bool thorough);

}  // namespace docwright::store
