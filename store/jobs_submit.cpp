#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "store/budgets.h"
#include "store/job_rows.h"
#include "store/names.h"

namespace docwright::store {
namespace {

std::string_view tenant_of(const NewBatch& batch, const NewJob& job) {
  return job.tenant.empty() ? batch.tenant : job.tenant;
}

State first_state(const NewJob& job, Time now) {
  return job.not_before && *job.not_before > now ? State::waiting : State::queued;
}

// Who has a key already: a row of the store, or an earlier job of the same batch.
struct Holder {
  std::string id, batch;
  State state = State::queued;
  Hash content{};
};

std::optional<Holder> holder_of(Database& database, std::string_view tenant, std::string_view key) {
  auto row = database.statement(
      "SELECT j.id, b.id, j.state, r.content FROM jobs j JOIN tenants t USING (tenant) "
      "JOIN batches b USING (batch) JOIN job_requests r USING (job) "
      "WHERE t.name = ?1 AND j.key = ?2 AND j.key IS NOT NULL");
  if (!row.bind(tenant, key).step()) return std::nullopt;
  return Holder{std::string(row.text(0)), std::string(row.text(1)),
                state_named(row.text(2)).value(), row.hash(3)};
}

// For each job of the batch, who has its key already.
Result<std::vector<std::optional<Holder>>> duplicates(Database& database, const NewBatch& batch,
                                                      Time now) {
  std::vector<std::optional<Holder>> found(batch.jobs.size());
  std::map<std::pair<std::string_view, std::string_view>, Holder> of_this_batch;
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    const NewJob& job = batch.jobs[i];
    if (job.key.empty()) continue;
    const std::pair key(tenant_of(batch, job), std::string_view(job.key));
    if (const auto earlier = of_this_batch.find(key); earlier != of_this_batch.end()) {
      found[i] = earlier->second;
    } else {
      found[i] = holder_of(database, key.first, key.second);
    }
    if (!found[i]) {
      of_this_batch.emplace(key, Holder{job.id, batch.id, first_state(job, now), job.content_hash});
    } else if (found[i]->content != job.content_hash) {
      return fail(Code::key_conflict,
                  fmt::format("key '{}' belongs to job {}, which has other content: use another "
                              "key, or send exactly the same job",
                              job.key, found[i]->id),
                  fmt::format("/jobs/{}/key", i));
    }
  }
  return found;
}

// What is to be added to the queue.
struct Load {
  std::int64_t queued = 0, waiting = 0, bytes = 0;
  std::int64_t jobs() const { return queued + waiting; }
};

// Duplicates need no room.
Load load_of(const NewBatch& batch, const std::vector<std::optional<Holder>>& held, Time now) {
  Load load;
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    if (held[i]) continue;
    const NewJob& job = batch.jobs[i];
    ++(first_state(job, now) == State::waiting ? load.waiting : load.queued);
    load.bytes += std::ssize(job.source);
  }
  return load;
}

Result<void> check_room(Database& database, const Load& load, const QueueLimits& limits) {
  auto open = database.statement(
      "SELECT sum(jobs), sum(bytes) FROM state_counts "
      "WHERE +state = 'queued' OR +state = 'running' OR +state = 'waiting'");
  open.step();
  const std::int64_t jobs_then = open.integer(0) + load.jobs();
  const std::int64_t bytes_then = open.integer(1) + load.bytes;
  if (jobs_then <= limits.jobs_max && bytes_then <= limits.bytes_max) return {};
  Error error{Code::busy,
              fmt::format("the queue is full ({} of {} jobs, {} of {} bytes are not done yet): "
                          "submit again when some are",
                          open.integer(0), limits.jobs_max, open.integer(1), limits.bytes_max)};
  error.retry_after = std::chrono::seconds(10);
  return std::unexpected(std::move(error));
}

struct Inserted {
  std::int64_t row = 0;
  State state = State::queued;
};

// The version that the job was accepted with; of one that came along with the batch, its row now.
std::int64_t version_of(Database& database, const NewBatch& batch, const NewJob& job, Time now) {
  if (job.pipeline_version != 0) return job.pipeline_version;
  const auto sent = std::ranges::find(batch.pipelines, job.pipeline, &PipelineVersion::name);
  return sent == batch.pipelines.end() ? 0 : store_pipeline(database, *sent, now);
}

// Beside the row that is claimed: what the job's steps read of the request, and its labels.
void insert_request(Database& database, std::int64_t row, const NewJob& job) {
  const std::string options = job.options.empty() ? "{}" : dump_json(job.options);
  database
      .statement(
          "INSERT INTO job_requests (job, content, model, options, traceparent) "
          "VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(row, job.content_hash, job.model, options, job.traceparent)
      .run();
  for (const auto& [label, value] : job.labels) {
    database.statement("INSERT OR REPLACE INTO job_labels (job, name, value) VALUES (?1, ?2, ?3)")
        .bind(row, label, value)
        .run();
  }
}

Inserted insert_job(Database& database, std::int64_t batch_row, const NewBatch& batch,
                    const NewJob& job, Tally& tally, Time now) {
  const Place place = place_of(database, tenant_of(batch, job), batch.project, job.pipeline);
  const State state = first_state(job, now);
  const bool later = state == State::waiting;
  const std::int64_t bytes = std::ssize(job.source);
  std::optional<std::string_view> key;
  if (!job.key.empty()) key = job.key;
  std::optional<std::string_view> reason;
  std::optional<std::string_view> detail;
  if (later) {
    reason = "delay";
    detail = "the submitter asked for this delay";
  }
  const std::int64_t source = source_row(database, job.source_hash, job.source);
  database
      .statement(
          "INSERT INTO jobs (id, state, tenant, project, lane, batch, version, source, bytes, "
          "priority, path, key, created, deadline, allowed, wake, reason, detail) VALUES "
          "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)")
      .bind(job.id, name(state), place.tenant, place.project, place.lane, batch_row,
            version_of(database, batch, job, now), source, bytes, job.priority, job.path, key, now,
            job.deadline, static_cast<std::int64_t>((job.deadline - now).count()),
            later ? job.not_before : std::nullopt, reason, detail)
      .run();
  const std::int64_t row = database.last_rowid();
  insert_request(database, row, job);
  tally.accept({batch_row, place.lane, bytes}, state);
  return {row, state};
}

// A batch may span several submits, all of one project; its tenant is that of its first job.
Result<void> check_batch(Database& database, const NewBatch& batch) {
  auto row = database.statement(
      "SELECT t.name, p.name FROM jobs j JOIN tenants t USING (tenant) JOIN projects p USING "
      "(project) WHERE j.batch = (SELECT batch FROM batches WHERE id = ?1) LIMIT 1");
  if (!row.bind(batch.id).step()) return {};
  const bool of_its_tenant = std::ranges::any_of(
      batch.jobs, [&](const NewJob& job) { return tenant_of(batch, job) == row.text(0); });
  if (of_its_tenant && row.text(1) == batch.project) return {};
  return fail(Code::key_conflict,
              fmt::format("the batch is one of tenant '{}' and project '{}': name another one, or "
                          "leave it out",
                          row.text(0), row.text(1)),
              "/batch");
}

// The batch's row: a new one, unless an earlier submit has made it. Writes nothing if it refuses.
Result<std::int64_t> enter_batch(Database& database, const NewBatch& batch, const Load& load,
                                 Time now) {
  database
      .statement(
          "INSERT INTO batches (id, created, jobs, queued, waiting) VALUES (?1, ?2, ?3, ?4, ?5) "
          "ON CONFLICT DO NOTHING")
      .bind(batch.id, now, load.jobs(), load.queued, load.waiting)
      .run();
  if (database.changes() == 1) return database.last_rowid();
  if (auto fits = check_batch(database, batch); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  database
      .statement(
          "UPDATE batches SET jobs = jobs + ?2 + ?3, queued = queued + ?2, waiting = waiting + ?3 "
          "WHERE id = ?1")
      .bind(batch.id, load.queued, load.waiting)
      .run();
  auto row = database.statement("SELECT batch FROM batches WHERE id = ?1");
  row.bind(batch.id).step();
  return row.integer(0);
}

}  // namespace

// Everything that can refuse the batch is asked before the first row is written.
Result<Accepted> submit(Database& database, const NewBatch& batch, const QueueLimits& limits,
                        Time now) {
  const auto held = duplicates(database, batch, now);
  if (!held) return std::unexpected(held.error());
  const Load load = load_of(batch, *held, now);
  Accepted accepted;
  std::int64_t batch_row = 0;
  if (load.jobs() > 0) {
    if (auto room = check_room(database, load, limits); !room) {
      return std::unexpected(std::move(room.error()));
    }
    const auto entered = enter_batch(database, batch, load, now);
    if (!entered) return std::unexpected(entered.error());
    batch_row = *entered;
    accepted.batch = batch.id;
  } else if (!held->empty()) {
    accepted.batch = held->front()->batch;
  }
  Tally tally;
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    const NewJob& job = batch.jobs[i];
    if (const auto& holder = (*held)[i]) {
      accepted.jobs.push_back({holder->id, holder->state, true});
      continue;
    }
    const Inserted inserted = insert_job(database, batch_row, batch, job, tally, now);
    if (job.budget_nusd || job.budget_tokens) {
      const BudgetLimit limit{job.budget_nusd, job.budget_tokens};
      if (auto set = set_job_budget(database, inserted.row, limit, now); !set) {
        return std::unexpected(std::move(set.error()));
      }
    }
    accepted.jobs.push_back({job.id, inserted.state, false});
  }
  tally.write(database, now);
  return accepted;
}

}  // namespace docwright::store
