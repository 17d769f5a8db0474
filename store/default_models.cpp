#include "store/default_models.h"

namespace docwright::store {

void choose_default_model(Database& database, std::string_view name, std::string_view chosen_by,
                          Time now) {
  database.statement("INSERT INTO default_models (name, chosen_by, since) VALUES (?1, ?2, ?3)")
      .bind(name, chosen_by, now)
      .run();
}

std::optional<DefaultModel> default_model(Database& database) {
  auto latest = default_models(database, 1);
  if (latest.empty() || latest.back().name.empty()) return std::nullopt;
  return std::move(latest.back());
}

std::vector<DefaultModel> default_models(Database& database, int latest) {
  std::vector<DefaultModel> found;
  auto row = database.statement(
      "SELECT name, chosen_by, since FROM "
      "(SELECT * FROM default_models ORDER BY choice DESC LIMIT ?1) ORDER BY choice");
  row.bind(latest);
  while (row.step())
    found.push_back({std::string(row.text(0)), std::string(row.text(1)), row.time(2)});
  return found;
}

}  // namespace docwright::store
