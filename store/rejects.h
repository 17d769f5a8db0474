// Messages that were refused where nobody waits for a reply (the push socket).
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"
#include "store/database.h"

namespace docwright::store {

// Also an event on `daemon`. `head`: the beginning of the message; at most 512 bytes of it are
// kept, as valid UTF-8.
void add_reject(Database& database, const Error& error, std::string_view head, Time now);

}  // namespace docwright::store
