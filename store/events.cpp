#include "store/events.h"

namespace docwright::store {

void append_event(Database& database, std::string_view topic, const Json& body, Time now) {
  Event event{0, now, std::string(topic), dump_json(body)};
  database.statement("INSERT INTO events (at, topic, body) VALUES (?1, ?2, ?3)")
      .bind(event.at, event.topic, event.body)
      .run();
  event.seq = database.last_rowid();
  database.uncommitted_events().push_back(std::move(event));
}

std::vector<Event> events_since(Database& database, std::int64_t seq, std::string_view topic_prefix,
                                int limit) {
  std::vector<Event> events;
  auto row = database.statement(
      "SELECT seq, at, topic, body FROM events WHERE seq > ?1 "
      "AND substr(topic, 1, length(?2)) = ?2 ORDER BY seq LIMIT ?3");
  row.bind(seq, topic_prefix, limit);
  while (row.step()) {
    events.push_back(
        Event{row.integer(0), row.time(1), std::string(row.text(2)), std::string(row.text(3))});
  }
  return events;
}

EventSpan event_span(Database& database) {
  auto row = database.statement(
      "SELECT coalesce((SELECT min(seq) FROM events), 0), "
      "coalesce((SELECT max(seq) FROM events), 0)");
  row.step();
  return {row.integer(0), row.integer(1)};
}

}  // namespace docwright::store
