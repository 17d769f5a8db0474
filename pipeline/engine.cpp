#include "pipeline/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "pipeline/behaviour.h"
#include "pipeline/chunk/divide.h"
#include "pipeline/pipeline.h"
#include "pipeline/step_run.h"
#include "pipeline/store/last_store.h"
#include "runtime/task_group.h"

namespace docwright::pipeline {
namespace {

// How one chunk ended without being stored.
struct Stopped {
  int chunk = 0;
  Stop why;
};

class Engine final {
 public:
  Engine(Parts& parts, std::shared_ptr<const Job> job) : run_{parts, std::move(job)} {}

  Task<Outcome> run() {
    const StepResult<void> planned = co_await plan();
    if (!planned) co_return as_outcome(planned.error());
    for (const Chunk& chunk : run_.plan.chunks) {
      if (!chunk.stored) open_.push_back(&chunk);
    }
    LastStore last_store(run_.parts.loop, static_cast<int>(open_.size()));
    run_.last_store = &last_store;
    co_await chunks();
    co_return outcome();
  }

 private:
  // The plan of an earlier attempt, or a new one, on the disk before the first call.
  Task<StepResult<void>> plan() {
    Journal& journal = run_.parts.journal;
    if (run_.job->attempt > 1) {  // the first attempt has no predecessor
      Result<std::optional<Plan>> known = co_await journal.plan(*run_.job);
      if (!known) co_return stop_for_store(known.error(), now());
      if (*known) {
        run_.plan = std::move(**known);
        run_.language = run_.plan.language;
        co_return StepResult<void>{};
      }
    }
    for (const Step& step : run_.job->pipeline->steps()) {
      if (step.kind->place.scope != Scope::source) continue;
      const StepResult<void> done = co_await run_step(run_, nullptr, step);
      if (!done) co_return done;
    }
    run_.plan.language = run_.language;
    const Result<void> saved = co_await journal.save_plan(*run_.job, run_.plan);
    if (!saved) co_return stop_for_store(saved.error(), now());
    co_return StepResult<void>{};
  }

  // Some at a time; each worker takes the next that is left. One chunk needs no worker.
  Task<void> chunks() {
    const int workers =
        std::min(std::max(run_.parts.chunks_at_once, 1), static_cast<int>(open_.size()));
    if (workers <= 1) {
      co_await work();
      co_return;
    }
    TaskGroup group(run_.parts.loop, [this](const std::string&, const std::exception_ptr& failure) {
      failure_ = failure;
    });
    for (int i = 0; i < workers; ++i) group.spawn(run_.job->id, work());
    co_await group.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  Task<void> work() {
    while (next_ < open_.size()) {
      const Chunk& chunk = *open_[next_++];
      const StepResult<void> done = co_await one(chunk);
      if (!done) stopped_.push_back({chunk.number, done.error()});
    }
  }

  Task<StepResult<void>> one(const Chunk& chunk) {
    ChunkRun state{chunk, {}, {}};
    for (const Step& step : run_.job->pipeline->steps()) {
      if (step.kind->place.scope != Scope::chunk) continue;
      const StepResult<void> done = co_await run_step(run_, &state, step);
      if (done) continue;
      if (!is_too_long(done.error())) co_return done;
      co_return co_await divide(chunk, std::get<Failed>(done.error()));
    }
    co_return StepResult<void>{};
  }

  // The chunk is too long for whoever can be asked: it is asked about in two halves, each a chunk
  // like any other from now on.
  Task<StepResult<void>> divide(const Chunk& chunk, Failed failed) {
    auto halves = divided(chunk);
    if (!halves) {
      failed.error.message += "; the chunk has one target and cannot be divided";
      co_return std::unexpected<Stop>(std::move(failed));
    }
    halves->second.number = static_cast<int>(run_.plan.chunks.size() + halves_.size() / 2);
    const Chunk& first = halves_.emplace_back(std::move(halves->first));
    const Chunk& second = halves_.emplace_back(std::move(halves->second));
    const Result<void> saved = co_await run_.parts.journal.divide(*run_.job, first, second);
    if (!saved) co_return stop_for_store(saved.error(), now());
    run_.parts.log.info("a chunk was too long for its model, and is asked about in two halves",
                        {{"job", run_.job->id}, {"chunk", std::to_string(chunk.number)}});
    run_.last_store->divided();
    open_.push_back(&first);
    open_.push_back(&second);
    co_return StepResult<void>{};
  }

  // A chunk that waits keeps the job waiting, even if another one has failed: a job fails after
  // everything that can be stored is. Of several waits the earliest counts (the others look again
  // then), of several failures the first chunk's.
  Outcome outcome() {
    const auto parked = std::ranges::min_element(stopped_, {}, [](const Stopped& stopped) {
      const auto* wait = std::get_if<Parked>(&stopped.why);
      return std::pair(wait == nullptr ? 2
                       : wait->until   ? 0
                                       : 1,
                       wait != nullptr && wait->until ? *wait->until : Time::max());
    });
    if (parked != stopped_.end() && std::holds_alternative<Parked>(parked->why))
      return as_outcome(parked->why);
    const auto failed = std::ranges::min_element(stopped_, {}, &Stopped::chunk);
    if (failed == stopped_.end()) return Succeeded{run_.documents, run_.flagged, run_.fallbacks};
    Failed failure = std::get<Failed>(failed->why);
    if (stopped_.size() > 1)
      failure.error.message += fmt::format(" (and {} further chunk{} failed)", stopped_.size() - 1,
                                           stopped_.size() == 2 ? "" : "s");
    return failure;
  }

  static Outcome as_outcome(const Stop& stop) {
    if (const auto* parked = std::get_if<Parked>(&stop)) return *parked;
    return std::get<Failed>(stop);
  }

  Time now() const { return run_.parts.loop.clock().now(); }

  Run run_;
  std::vector<const Chunk*> open_;  // not stored yet
  std::deque<Chunk> halves_;        // of chunks that were too long
  std::size_t next_ = 0;
  std::vector<Stopped> stopped_;
  std::exception_ptr failure_;
};

}  // namespace

std::unexpected<Stop> stop_for_store(const Error& error, Time now) {
  constexpr Duration kAgain = std::chrono::seconds(30);
  switch (error.code) {
    case Code::no_space:
    case Code::busy:
    case Code::unavailable:
    case Code::timeout:
    case Code::conflict:  // somebody else has this job now: what this run says of it changes
                          // nothing
    case Code::io:
    case Code::corrupt:
      return std::unexpected<Stop>(
          Parked{"store", "the database could not be used: " + error.message, now + kAgain});
    default:
      return stop(error);
  }
}

Task<Outcome> run(Parts& parts, std::shared_ptr<const Job> job) {
  Engine engine(parts, std::move(job));
  co_return co_await engine.run();
}

}  // namespace docwright::pipeline
