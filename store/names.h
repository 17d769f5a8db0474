// Rows of names: tenants, projects, lanes. Made when first used, never removed. Internal to store/.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/database.h"

namespace docwright::store {

struct Place {
  std::int64_t tenant = 0, project = 0, lane = 0;
};
Place place_of(Database& database, std::string_view tenant, std::string_view project,
               std::string_view pipeline);

std::optional<std::int64_t> tenant_row(Database& database, std::string_view tenant);
std::optional<std::int64_t> project_row(Database& database, std::string_view tenant,
                                        std::string_view project);

// The row of a text kept once under its hash; made when it is new.
std::int64_t text_row(Database& database, std::string_view text);
std::int64_t source_row(Database& database, const Hash& hash, std::string_view bytes);
std::int64_t answer_row(Database& database, std::string_view text);

}  // namespace docwright::store
