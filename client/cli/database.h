// Verbs that read the database file itself: read-only, whether or not a daemon runs.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "client/cli/session.h"
#include "store/database.h"
#include "store/reports.h"

namespace docwright::cli {

inline constexpr const char* kDatabaseOption =
    "The database; default: below --state, else the daemon's";

// `given`, else below --state, else what the daemon that answers says.
Result<std::unique_ptr<store::Database>> open_database(Session& session,
                                                       const std::optional<std::string>& given);

// A row of a report by the names of its columns.
Json row_of(const store::Report& report, std::size_t row);

}  // namespace docwright::cli
