#include "store/tally.h"

#include <cstdlib>

#include "store/events.h"

namespace docwright::store {
namespace {

constexpr std::size_t index_of(State state) {
  return static_cast<std::size_t>(state);
}
constexpr std::array kStates = {State::queued,    State::running, State::waiting,
                                State::succeeded, State::failed,  State::cancelled};

void write_states(Database& database, std::string_view state, std::int64_t jobs,
                  std::int64_t bytes) {
  database
      .statement("UPDATE state_counts SET jobs = jobs + ?2, bytes = bytes + ?3 WHERE state = ?1")
      .bind(state, jobs, bytes)
      .run();
}

void tell_done(Database& database, std::int64_t batch, Time now) {
  auto row = database.statement(
      "SELECT id, queued + running + waiting, jobs, succeeded, failed, cancelled FROM batches "
      "WHERE batch = ?1");
  if (!row.bind(batch).step() || row.integer(1) != 0) return;
  const std::string topic = "batch." + std::string(row.text(0));
  append_event(database, topic,
               Json{{"event", "done"},
                    {"jobs", row.integer(2)},
                    {"succeeded", row.integer(3)},
                    {"failed", row.integer(4)},
                    {"cancelled", row.integer(5)}},
               now);
}

}  // namespace

void Tally::add(const Of& job, State state, int sign) {
  states_[index_of(state)].jobs += sign;
  states_[index_of(state)].bytes += sign * job.bytes;
  if (state == State::queued) lanes_[job.lane] += sign;
}

void Tally::move(const Of& job, State from, State to) {
  if (!can_move(from, to)) std::abort();
  add(job, from, -1);
  add(job, to, 1);
  auto& batch = batches_[job.batch];
  --batch[index_of(from)];
  ++batch[index_of(to)];
}

void Tally::accept(const Of& job, State state) {
  add(job, state, 1);
}

void Tally::forget(const Of& job, State state) {
  add(job, state, -1);
  --batches_[job.batch][index_of(state)];
}

void Tally::write(Database& database, Time now) {
  for (const State state : kStates) {
    const Count& count = states_[index_of(state)];
    if (count.jobs != 0 || count.bytes != 0) {
      write_states(database, name(state), count.jobs, count.bytes);
    }
  }
  for (const auto& [lane, queued] : lanes_) {
    if (queued == 0) continue;
    database.statement("UPDATE lanes SET queued = queued + ?2 WHERE lane = ?1")
        .bind(lane, queued)
        .run();
  }
  for (const auto& [batch, counts] : batches_) {
    std::int64_t jobs = 0;
    for (const std::int64_t count : counts) jobs += count;
    database
        .statement(
            "UPDATE batches SET queued = queued + ?2, running = running + ?3, waiting = waiting + "
            "?4, succeeded = succeeded + ?5, failed = failed + ?6, cancelled = cancelled + ?7, "
            "jobs = jobs + ?8 WHERE batch = ?1")
        .bind(batch, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], jobs)
        .run();
    const std::int64_t ended = counts[3] + counts[4] + counts[5];
    if (ended > 0) tell_done(database, batch, now);
  }
}

}  // namespace docwright::store
