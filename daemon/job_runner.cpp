#include "daemon/job_runner.h"

#include <fmt/format.h>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "runtime/id.h"
#include "runtime/text.h"

namespace docwright::daemon {
namespace asio = boost::asio;

// How a run ended: an outcome of the pipeline, or a stop from outside.
struct JobRunner::End {
  std::optional<pipeline::Outcome> outcome;
  Stop stop = Stop::none;
  bool recorded = false;  // with the last document
  // The job has succeeded all the same: it only had its fallbacks done again.
  bool fallbacks_stay = false;

  // For the log and the metrics.
  struct Words {
    std::string what, outcome, detail;
  };
  Words words() const;
};

namespace {

constexpr Duration kStoreTrouble = std::chrono::seconds(30);

std::shared_ptr<pipeline::Job> job_of(store::Claimed claimed) {
  auto job = std::make_shared<pipeline::Job>();
  job->row = claimed.row;
  job->id = std::move(claimed.id);
  job->attempt = claimed.attempt;
  job->tenant = std::move(claimed.tenant);
  job->project = std::move(claimed.project);
  job->path = std::move(claimed.path);
  job->model = std::move(claimed.model);
  const Json& options = claimed.options;
  if (const auto at = options.find("parameters"); at != options.end()) job->parameters = *at;
  if (const auto at = options.find("answer_language"); at != options.end() && at->is_string())
    job->answer_language = at->get<std::string>();
  const auto truth = [&](const char* name) {
    const auto at = options.find(name);
    return at != options.end() && at->is_boolean() && at->get<bool>();
  };
  job->fresh = truth("fresh");
  job->force = truth("force");
  job->source = std::make_shared<const std::string>(std::move(claimed.source));
  job->source_hash = claimed.source_hash;
  job->traceparent = std::move(claimed.traceparent);
  job->deadline = claimed.deadline;
  return job;
}

// The store could not do its part; the job is as good as before.
bool is_store_trouble(const Error& error) {
  return error.code == Code::io || error.code == Code::unavailable ||
         error.code == Code::no_space || error.code == Code::corrupt;
}

pipeline::Outcome settled(pipeline::Outcome outcome, Time now) {
  const auto* failed = std::get_if<pipeline::Failed>(&outcome);
  if (failed == nullptr || !is_store_trouble(failed->error)) return outcome;
  return pipeline::Parked{.reason = "store",
                          .detail = "the database could not be used: " + failed->error.message,
                          .until = now + kStoreTrouble};
}

bool is_cancellation(const std::exception& error) {
  const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
  return system != nullptr && system->code() == asio::error::operation_aborted;
}

pipeline::Outcome bug(const std::exception& error) {
  return pipeline::Failed{
      Error{Code::internal,
            fmt::format("a bug of docwright ended the run: {}; please report it", error.what())}};
}

std::string_view word(Stop stop) {
  switch (stop) {
    case Stop::none:
      return "stopped";
    case Stop::cancelled:
      return "cancelled";
    case Stop::deadline:
      return "timeout";
    case Stop::draining:
      return "released";
  }
  return "stopped";
}

Error deadline_error(const Run& run) {
  return Error{Code::timeout, fmt::format("the deadline ({}) passed while the job ran; what was "
                                          "stored stays, `retry` does the rest",
                                          to_rfc3339(run.deadline))};
}

}  // namespace

// The run, by itself.
bool JobRunner::has_succeeded(const End& end) {
  return end.recorded || (end.outcome && std::holds_alternative<pipeline::Succeeded>(*end.outcome));
}

JobRunner::End::Words JobRunner::End::words() const {
  if (!outcome) {
    if (recorded) return {"job succeeded", "ok", {}};
    return {fmt::format("job {}", word(stop)), std::string(word(stop)), {}};
  }
  if (const auto* failed = std::get_if<pipeline::Failed>(&*outcome))
    return {"job failed", std::string(name(failed->error.code)), failed->error.message};
  if (const auto* parked = std::get_if<pipeline::Parked>(&*outcome))
    return {"job waits", parked->reason, parked->detail};
  const auto& succeeded = std::get<pipeline::Succeeded>(*outcome);
  std::string detail =
      fmt::format("{} documents, {} flagged", succeeded.documents, succeeded.flagged);
  if (succeeded.fallbacks > 0)
    detail += fmt::format(", {} in place of a model's", succeeded.fallbacks);
  return {"job succeeded", "ok", std::move(detail)};
}

Task<pipeline::Outcome> JobRunner::execute(std::shared_ptr<pipeline::Job> job,
                                           std::int64_t version) {
  auto found = co_await shelf_.find(version);
  if (!found) co_return pipeline::Failed{std::move(found.error())};
  job->pipeline = std::move(*found);
  co_return co_await pipeline::run(parts_, std::move(job));
}

Task<std::optional<pipeline::Parked>> JobRunner::run(store::Claimed claimed,
                                                     std::shared_ptr<Run> run) {
  Clock& clock = parts_.loop.clock();
  const Moment begun = clock.moment();
  const std::int64_t version = claimed.pipeline_version;
  const std::shared_ptr<pipeline::Job> job = job_of(std::move(claimed));
  End end;
  try {
    co_await asio::this_coro::throw_if_cancelled(true);
    auto executing = execute(job, version);
    end.outcome = settled(co_await std::move(executing), clock.now());
  } catch (const std::exception& error) {
    if (!is_cancellation(error)) end.outcome = bug(error);
  }
  // What became of the run is recorded even if it was cancelled: from here on nothing interrupts.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  end.stop = end.outcome ? Stop::none : run->stop;
  end.recorded = documents_.take_ended(run->row);
  const Result<store::State> recorded = co_await record(*run, end);
  if (!recorded && recorded.error().code != Code::conflict) {
    parts_.log.error("the end of a run could not be recorded; it will be resumed",
                     {{"job", run->id}, {"reason", recorded.error().message}});
  }
  end.fallbacks_stay = recorded == store::State::succeeded && !has_succeeded(end);
  log(*run, *job, end, clock.moment() - begun);
  auto* parked = end.outcome ? std::get_if<pipeline::Parked>(&*end.outcome) : nullptr;
  if (parked == nullptr) co_return std::nullopt;
  co_return std::move(*parked);
}

Task<Result<store::State>> JobRunner::record(const Run& run, const End& end) {
  if (end.recorded) co_return store::State::succeeded;
  const Time now = parts_.loop.clock().now();
  auto change = [run, end, now](store::Database& database) -> Result<store::State> {
    const auto finish = [&](store::State state, const std::optional<Error>& error) {
      return store::finish(database, run.row, run.attempt, state, error, now);
    };
    if (!end.outcome) {
      if (end.stop == Stop::cancelled) return finish(store::State::cancelled, std::nullopt);
      if (end.stop == Stop::deadline) return finish(store::State::failed, deadline_error(run));
      return store::release(database, run.row, run.attempt, now);
    }
    if (const auto* failed = std::get_if<pipeline::Failed>(&*end.outcome))
      return finish(store::State::failed, failed->error);
    if (const auto* parked = std::get_if<pipeline::Parked>(&*end.outcome)) {
      return store::park(database, run.row, run.attempt, parked->reason, parked->detail,
                         parked->until, now);
    }
    return finish(store::State::succeeded, std::nullopt);
  };
  co_return co_await store_.write<store::State>(parts_.loop, store::Lane::completion,
                                                std::move(change));
}

void JobRunner::log(const Run& run, const pipeline::Job& job, const End& end, Duration time) {
  End::Words words = end.words();
  if (end.fallbacks_stay) words.what = "job keeps documents that stand in for a model's";
  parts_.metrics.record({.kind = "job",
                         .name = "job",
                         .outcome = words.outcome,
                         .job = job.pipeline ? &job : nullptr,
                         .duration = time});
  parts_.log.info(words.what,
                  {{"job", job.id},
                   {"path", job.path},
                   {"pipeline", run.pipeline},
                   {"attempt", std::to_string(job.attempt)},
                   {"outcome", words.outcome},
                   {"detail", words.detail},
                   {"time", to_text(std::chrono::floor<std::chrono::milliseconds>(time))},
                   {"trace", std::string(trace_id(job.traceparent))}});
}

}  // namespace docwright::daemon
