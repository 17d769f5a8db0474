#include "client/cli/database.h"

#include <fmt/format.h>

namespace docwright::cli {
namespace {

constexpr const char* kDatabaseName = "docwright.db";

Result<std::string> path_of(Session& session, const std::optional<std::string>& given) {
  if (given) return *given;
  if (session.common().state) return fmt::format("{}/{}", *session.common().state, kDatabaseName);
  auto client = session.daemon();
  if (client) return (*client)->daemon().database;
  Error error = std::move(client.error());
  error.message += "\nWithout a daemon, name the database with --db FILE or --state DIR.";
  return std::unexpected(std::move(error));
}

Json json_of(const store::Report::Cell& cell) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return Json();
        } else {
          return Json(value);
        }
      },
      cell);
}

}  // namespace

Result<std::unique_ptr<store::Database>> open_database(Session& session,
                                                       const std::optional<std::string>& given) {
  const auto path = path_of(session, given);
  if (!path) return std::unexpected(path.error());
  return store::Database::open(*path, store::Database::Mode::reader);
}

Json row_of(const store::Report& report, std::size_t row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < report.columns.size(); ++i)
    object[report.columns[i]] = json_of(report.rows[row][i]);
  return object;
}

}  // namespace docwright::cli
