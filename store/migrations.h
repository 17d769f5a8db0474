// The shape of the database: numbered migrations, each in one transaction, and the views.
#pragma once
#include <span>
#include <string>

#include "runtime/embedded.h"
#include "runtime/error.h"
#include "store/database.h"

namespace docwright::store {

// "DocW": the header of every database of ours (file(1), other programs).
inline constexpr std::int64_t kApplicationId = 0x446f6357;

// Brings a new or older database to this version's shape; an up-to-date one is only looked at.
// Views are made anew whenever their text has changed. Errors: corrupt (another program's
// database), configuration (made by a newer docwright). `path` is for messages.
Result<void> migrate(Database& database, const std::string& path);
// The same with other files, for tests: "migrations/NNNN_*.sql" in order, and "views.sql".
Result<void> migrate(Database& database, const std::string& path,
                     std::span<const EmbeddedFile> files);

// For readers: ours, and not newer than we know. Errors as above; conflict where a writer must
// migrate it first.
Result<void> check_version(Database& database, const std::string& path);
int newest_version();

}  // namespace docwright::store
