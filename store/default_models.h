// The default model as people have chosen it (`provider use`); it survives a restart.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace docwright::store {

struct DefaultModel {
  std::string name;       // a model or a route; empty: the configuration's again
  std::string chosen_by;  // as the client says
  Time since{};
};

// Every choice stays on record.
void choose_default_model(Database& database, std::string_view name, std::string_view chosen_by,
                          Time now);
// The choice that holds; nothing: the configuration's does.
std::optional<DefaultModel> default_model(Database& database);
// The latest choices, the oldest of them first: the last holds.
std::vector<DefaultModel> default_models(Database& database, int latest);

}  // namespace docwright::store
