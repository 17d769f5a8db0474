#include "store/rejects.h"

#include "runtime/text.h"
#include "store/events.h"

namespace docwright::store {

void add_reject(Database& database, const Error& error, std::string_view head, Time now) {
  const std::string kept = to_valid_utf8(head.substr(0, 512));
  database
      .statement(
          "INSERT INTO reject_rows (at, code, message, pointer, head) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(now, name(error.code), error.message, error.at, kept)
      .run();
  database.statement("UPDATE totals SET rejects = rejects + 1").run();
  append_event(database, "daemon",
               {{"event", "rejected"}, {"code", name(error.code)}, {"message", error.message}},
               now);
}

}  // namespace docwright::store
