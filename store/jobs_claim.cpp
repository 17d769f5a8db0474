#include <algorithm>
#include <map>

#include "store/job_rows.h"
#include "store/pauses.h"

namespace docwright::store {
namespace {

std::int64_t current_run(Database& database) {
  auto run = database.statement("SELECT coalesce(max(run), 0) FROM daemon_runs");
  run.step();
  return run.integer(0);
}

// Everything that a run of the job needs, and where it counts.
struct Taken {
  Claimed claimed;
  Tally::Of of;
};
Taken take(Database& database, std::int64_t row) {
  auto job = database.statement(
      "SELECT j.job, j.id, b.id, t.name, p.name, j.path, r.model, l.pipeline, j.version, "
      "j.attempt + 1, s.body, s.hash, r.options, r.traceparent, j.created, j.deadline, j.chunks, "
      "j.batch, j.lane, j.bytes "
      "FROM jobs j JOIN batches b USING (batch) JOIN projects p USING (project) "
      "JOIN tenants t ON t.tenant = j.tenant JOIN lanes l USING (lane) "
      "JOIN job_requests r USING (job) JOIN sources s USING (source) WHERE j.job = ?1");
  job.bind(row).step();
  Claimed claimed;
  claimed.row = row;
  claimed.id = job.text(1);
  claimed.batch = job.text(2);
  claimed.tenant = job.text(3);
  claimed.project = job.text(4);
  claimed.path = job.text(5);
  claimed.model = job.text(6);
  claimed.pipeline = job.text(7);
  claimed.pipeline_version = job.integer(8);
  claimed.attempt = static_cast<int>(job.integer(9));
  claimed.source = job.blob(10);
  claimed.source_hash = job.hash(11);
  claimed.options = parse_json(job.text(12)).value_or(Json::object());
  claimed.traceparent = job.text(13);
  claimed.created = job.time(14);
  claimed.deadline = job.time(15);
  claimed.planned = job.integer(16) > 0;
  return {std::move(claimed), {job.integer(17), job.integer(18), job.integer(19)}};
}

void set_running(Database& database, std::int64_t row, std::int64_t run, Time now) {
  database
      .statement(
          "UPDATE jobs SET state = 'running', attempt = attempt + 1, run = ?2, started = ?3, "
          "wake = NULL, reason = NULL, detail = NULL WHERE job = ?1")
      .bind(row, run, now)
      .run();
}

std::vector<std::int64_t> interrupted_rows(Database& database, std::int64_t run, int limit) {
  auto jobs = database.statement(
      "SELECT job FROM jobs WHERE state = 'running' AND run < ?1 ORDER BY run, job LIMIT ?2");
  jobs.bind(run, limit);
  return integers(std::move(jobs));
}

int interruptions(Database& database, std::int64_t row) {
  auto count = database.statement(
      "SELECT count(*) FROM attempts WHERE job = ?1 AND outcome = 'interrupted'");
  count.bind(row).step();
  return static_cast<int>(count.integer(0));
}

// Ends the attempt that the daemon's end cut short, and with it a job that was to be cancelled.
// False: the job has ended.
bool close_attempt(Database& database, const JobRow& job, Tally& tally, Time now) {
  if (job.cancelling) {
    end_cancelled(database, job, tally, now);
  } else {
    record_attempt(database, job, "interrupted", "", "", now);
  }
  return !job.cancelling;
}

// Jobs of former runs. Limits per pipeline held when they were claimed, so they hold now.
void claim_interrupted(Database& database, std::int64_t run, int limit, Time now,
                       std::vector<Claimed>& claimed, Tally& tally) {
  while (std::ssize(claimed) < limit) {
    const auto rows = interrupted_rows(database, run, limit - static_cast<int>(claimed.size()));
    if (rows.empty()) return;
    for (const std::int64_t row : rows) {
      const JobRow job = job_row(database, row).value();
      if (!close_attempt(database, job, tally, now)) continue;
      claimed.push_back(take(database, row).claimed);
      claimed.back().resumed = true;
      claimed.back().interruptions = interruptions(database, row);
      set_running(database, row, run, now);
    }
  }
}

// The lanes that have queued jobs, each with the job at its head.
class Heads {
 public:
  Heads(Database& database, const ClaimLimits& limits) : database_(database) {
    for (const auto& [pipeline, places] : limits.per_pipeline) room_[pipeline] = places;
    for (const Pause& pause : pauses(database)) room_[pause.pipeline] = 0;
    auto row = database.statement(
        "SELECT lane, tenant, pipeline, served FROM lanes JOIN tenants USING (tenant) "
        "WHERE queued > 0");
    while (row.step()) {
      Lane lane{row.integer(0), row.integer(1), std::string(row.text(2)), row.integer(3)};
      turn_ = std::max(turn_, lane.served);
      if (has_room(lane.pipeline)) lanes_.push_back(std::move(lane));
    }
    for (Lane& lane : lanes_) look(lane);
  }

  // The job to take next; it must be set running before the next call.
  std::optional<std::int64_t> next() {
    const auto best = std::ranges::max_element(lanes_, [](const Lane& a, const Lane& b) {
      return std::tuple(a.job != 0, a.priority, -a.served, -a.job) <
             std::tuple(b.job != 0, b.priority, -b.served, -b.job);
    });
    if (best == lanes_.end() || best->job == 0) return std::nullopt;
    taken_ = &*best;
    return best->job;
  }

  void taken() {
    const std::int64_t tenant = taken_->tenant;
    served_[tenant] = ++turn_;
    for (Lane& lane : lanes_) {
      if (lane.tenant == tenant) lane.served = turn_;
    }
    if (const auto room = room_.find(taken_->pipeline); room != room_.end()) --room->second;
    if (has_room(taken_->pipeline)) {
      look(*taken_);
    } else {
      std::erase_if(lanes_, [&](const Lane& lane) { return !has_room(lane.pipeline); });
    }
  }

  void write() {
    for (const auto& [tenant, turn] : served_) {
      database_.statement("UPDATE tenants SET served = ?2 WHERE tenant = ?1")
          .bind(tenant, turn)
          .run();
    }
  }

 private:
  struct Lane {
    std::int64_t lane = 0, tenant = 0;
    std::string pipeline;
    std::int64_t served = 0;
    std::int64_t priority = 0, job = 0;  // of its head; job 0: it is empty
  };

  bool has_room(const std::string& pipeline) const {
    const auto room = room_.find(pipeline);
    return room == room_.end() || room->second > 0;
  }

  void look(Lane& lane) {
    auto head = database_.statement(
        "SELECT priority, job FROM jobs WHERE lane = ?1 AND state = 'queued' "
        "ORDER BY priority DESC, job LIMIT 1");
    const bool found = head.bind(lane.lane).step();
    lane.priority = found ? head.integer(0) : 0;
    lane.job = found ? head.integer(1) : 0;
  }

  Database& database_;
  std::map<std::string, int, std::less<>> room_;  // by pipeline; absent: as much as there is
  std::vector<Lane> lanes_;
  Lane* taken_ = nullptr;
  std::int64_t turn_ = 0;
  std::map<std::int64_t, std::int64_t> served_;
};

void claim_queued(Database& database, std::int64_t run, const ClaimLimits& limits, Time now,
                  std::vector<Claimed>& claimed, Tally& tally) {
  if (std::ssize(claimed) >= limits.jobs) return;
  Heads heads(database, limits);
  while (std::ssize(claimed) < limits.jobs) {
    const auto row = heads.next();
    if (!row) break;
    Taken taken = take(database, *row);
    set_running(database, *row, run, now);
    tally.move(taken.of, State::queued, State::running);
    claimed.push_back(std::move(taken.claimed));
    heads.taken();
  }
  heads.write();
}

}  // namespace

std::vector<Claimed> claim(Database& database, const ClaimLimits& limits, Time now) {
  std::vector<Claimed> claimed;
  if (limits.jobs <= 0 || is_paused(database, "")) return claimed;
  const std::int64_t run = current_run(database);
  Tally tally;
  claim_interrupted(database, run, limits.jobs, now, claimed, tally);
  claim_queued(database, run, limits, now, claimed, tally);
  tally.write(database, now);
  return claimed;
}

int queue_interrupted(Database& database, Time now, int limit) {
  const auto rows = interrupted_rows(database, current_run(database), limit);
  Tally tally;
  for (const std::int64_t row : rows) {
    const JobRow job = job_row(database, row).value();
    if (close_attempt(database, job, tally, now)) make_queued(database, job, State::running, tally);
  }
  tally.write(database, now);
  return static_cast<int>(rows.size());
}

}  // namespace docwright::store
