#include "runtime/json.h"
#include "store/cursor.h"
#include "store/documents.h"
#include "store/names.h"

namespace docwright::store {
namespace {

StoredDocument read(const Statement& row) {
  StoredDocument document;
  document.row = row.integer(0);
  document.job = row.text(1);
  document.batch = row.text(2);
  document.tenant = row.text(3);
  document.project = row.text(4);
  document.path = row.text(5);
  document.symbol = row.text(6);
  document.kind = row.text(7);
  document.version = static_cast<int>(row.integer(8));
  document.latest = row.integer(9) != 0;
  document.flagged = row.integer(10) != 0;
  document.created = row.time(11);
  document.record = row.text(12);
  return document;
}

// Not a fallback that the same job has replaced.
constexpr const char* kStands =
    " AND NOT (d.fallback = 1 AND EXISTS (SELECT 1 FROM document_rows m "
    "WHERE m.job = d.job AND m.symbol = d.symbol AND m.fallback = 0 AND m.job IS NOT NULL))";

std::string selection(const DocumentQuery& query) {
  if (!query.jobs.empty()) return "d.job IN (SELECT value FROM json_each(?1))";
  if (query.batch) return "d.job IN (SELECT job FROM jobs WHERE batch = ?1)";
  return "d.latest = 1 AND d.project = ?1";
}

void bind_selection(Statement& row, Database& database, const DocumentQuery& query,
                    const std::string& jobs) {
  if (!query.jobs.empty()) {
    row.bind_one(1, jobs);
  } else if (query.batch) {
    row.bind_one(1, *query.batch);
  } else {
    row.bind_one(1, project_row(database, query.tenant, query.project).value_or(-1));
  }
}

}  // namespace

Result<DocumentPage> find_documents(Database& database, const DocumentQuery& query) {
  // The cursor is the path and the row of the last document of the page before.
  Cursor after;
  if (!query.after.empty()) {
    auto parsed = parse_cursor(query.after);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    after = std::move(*parsed);
  }
  const std::string sql =
      "SELECT d.document, coalesce(j.id, ''), coalesce(b.id, ''), t.name, p.name, d.path, "
      "d.symbol, d.kind, d.version, d.latest, d.flagged, d.created, r.record "
      "FROM document_rows d JOIN document_records r USING (document) "
      "JOIN projects p ON p.project = d.project JOIN tenants t ON t.tenant = p.tenant "
      "LEFT JOIN jobs j ON j.job = d.job LEFT JOIN batches b ON b.batch = j.batch WHERE " +
      selection(query) + kStands + (query.flagged_only ? " AND d.flagged = 1" : "") +
      " AND (d.path, d.document) > (?2, ?3) ORDER BY d.path, d.document LIMIT ?4";
  auto row = database.statement_once(sql);
  const std::string jobs = Json(query.jobs).dump();
  bind_selection(row, database, query, jobs);
  row.bind_one(2, after.text);
  row.bind_one(3, after.number);
  row.bind_one(4, query.limit + 1);
  DocumentPage page;
  while (row.step()) {
    if (std::ssize(page.documents) == query.limit) {
      const StoredDocument& last = page.documents.back();
      page.next = make_cursor({last.row, last.path});
      break;
    }
    page.documents.push_back(read(row));
  }
  return page;
}

}  // namespace docwright::store
