#include "pipeline/step_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "pipeline/pipeline.h"
#include "runtime/task_group.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

constexpr Duration kBase = std::chrono::milliseconds(500);
constexpr Duration kCap = std::chrono::seconds(10);

// A step beside its clock: whichever ends first ends the other.
class Limited final {
 public:
  Limited(Run& run, ChunkRun* chunk, const Step& step)
      : run_(run),
        chunk_(chunk),
        step_(step),
        begun_(run.parts.loop.clock().moment()),
        group_(run.parts.loop, [this](const std::string&, const std::exception_ptr& failure) {
          failure_ = failure;
        }) {
    if (chunk == nullptr) run.working_since = begun_;
  }

  Task<StepResult<void>> run() {
    work_ = group_.spawn(step_.name, work());
    // A step that waits for nobody has ended by now, and nobody would end its clock. (Its handle
    // may not know yet.)
    if (!ended_) clock_ = group_.spawn("time limit of " + step_.name, clock());
    co_await group_.join();
    if (failure_) std::rethrow_exception(failure_);
    if (result_) co_return std::move(*result_);
    // A disk that hangs is no verdict on the job; what was handed over may still be written.
    if (step_.kind->name() == "store") {
      co_return stop_for_store(
          Error{Code::timeout, "it took longer than " + to_text(step_.time_limit)},
          run_.parts.loop.clock().now());
    }
    co_return stop(Code::timeout, fmt::format("the step '{}' took longer than {}", step_.name,
                                              to_text(step_.time_limit)));
  }

 private:
  Task<void> work() {
    struct End {
      Limited& limited;
      ~End() {
        limited.ended_ = true;
        limited.clock_.cancel();
      }
    };
    const End end{*this};
    result_ = co_await step_.behaviour->run(run_, chunk_, step_);
  }
  // Nearly always cancelled, so without an exception for it.
  Task<void> clock() {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    for (Moment end = due(); end > run_.parts.loop.clock().moment(); end = due()) {
      co_await run_.parts.loop.sleep_until(end);
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
    }
    work_.cancel();
  }
  // Of a step that waits for its turn: at the earliest, were it to begin now.
  Moment due() const {
    const Moment since = chunk_ == nullptr ? run_.working_since : begun_;
    return std::min(since, run_.parts.loop.clock().moment()) + step_.time_limit;
  }

  Run& run_;
  ChunkRun* chunk_;
  const Step& step_;
  const Moment begun_;
  TaskGroup group_;
  TaskGroup::Handle work_, clock_;
  bool ended_ = false;  // the work has
  std::optional<StepResult<void>> result_;
  std::exception_ptr failure_;
};

bool calls(const Step& step) {
  return step.kind->name() == "call" || step.kind->name() == "parse";
}

Task<StepResult<void>> run_once(Run& run, ChunkRun* chunk, const Step& step) {
  if (calls(step) || step.time_limit <= Duration::zero())
    co_return co_await step.behaviour->run(run, chunk, step);
  Limited limited(run, chunk, step);
  co_return co_await limited.run();
}

bool timed_out(const StepResult<void>& result) {
  if (result) return false;
  const auto* failed = std::get_if<Failed>(&result.error());
  return failed != nullptr && failed->error.code == Code::timeout;
}

std::string_view outcome_of(const StepResult<void>& result) {
  if (result) return "ok";
  if (const auto* parked = std::get_if<Parked>(&result.error())) return parked->reason;
  return name(std::get<Failed>(result.error()).error.code);
}

}  // namespace

Task<StepResult<void>> run_step(Run& run, ChunkRun* chunk, const Step& step) {
  const Clock& clock = run.parts.loop.clock();
  for (int attempt = 0;; ++attempt) {
    const Moment begin = clock.moment();
    StepResult<void> result = co_await run_once(run, chunk, step);
    Operation operation;
    operation.kind = "step";
    operation.name = step.name;
    operation.outcome = outcome_of(result);
    operation.job = run.job.get();
    operation.duration = clock.moment() - begin;
    run.parts.metrics.record(operation);
    if (calls(step) || attempt >= step.retries || !timed_out(result)) co_return result;
    co_await run.parts.loop.sleep(full_jitter(run.parts.random, attempt, kBase, kCap));
  }
}

}  // namespace docwright::pipeline
