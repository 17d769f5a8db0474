#include "store/pauses.h"

namespace docwright::store {

void pause(Database& database, std::string_view pipeline, std::string_view reason, Time now) {
  database
      .statement(
          "INSERT INTO pauses (pipeline, reason, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
      .bind(pipeline, reason, now)
      .run();
}

bool resume(Database& database, std::string_view pipeline) {
  database.statement("DELETE FROM pauses WHERE pipeline = ?1").bind(pipeline).run();
  return database.changes() > 0;
}

std::vector<Pause> pauses(Database& database) {
  std::vector<Pause> found;
  auto row = database.statement("SELECT pipeline, reason, since FROM pauses ORDER BY pipeline");
  while (row.step()) {
    found.push_back({std::string(row.text(0)), std::string(row.text(1)), row.time(2)});
  }
  return found;
}

bool is_paused(Database& database, std::string_view pipeline) {
  // The table is small or empty: it is read through, without the temporary b-tree of an IN.
  auto row = database.statement("SELECT 1 FROM pauses WHERE +pipeline = '' OR +pipeline = ?1");
  return row.bind(pipeline).step();
}

}  // namespace docwright::store
