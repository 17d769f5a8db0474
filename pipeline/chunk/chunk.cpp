#include "pipeline/chunk/chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "pipeline/chunk/planner.h"
#include "pipeline/compute.h"
#include "pipeline/pipeline.h"

namespace docwright::pipeline {
namespace {

using outline::Outline;

Outline without_outline(outline::Language language, std::string why) {
  Outline outline;
  outline.language = language;
  outline.fallback = std::move(why);
  return outline;
}

// No verdict on the source: the system has no process to spare, or the program is being replaced.
std::unexpected<Stop> no_child(const Error& error, Time now) {
  constexpr Duration kAgain = std::chrono::seconds(30);
  return std::unexpected<Stop>(Parked{"outline", error.message, now + kAgain});
}

// A source whose parser died once is not parsed again: it could take a child with it at each
// restart.
Task<StepResult<Outline>> outline_of(Run& run, const ChunkOptions& options) {
  const Job& job = *run.job;
  if (options.by == ChunkBy::lines)
    co_return without_outline(run.language, "the pipeline cuts by lines");
  if (run.language == outline::Language::other) {
    co_return without_outline(run.language, "its language has no grammar here");
  }
  Journal& journal = run.parts.journal;
  const Time now = run.parts.loop.clock().now();
  Result<std::optional<std::string>> pinned = co_await journal.pinned(job.source_hash);
  if (!pinned) co_return stop_for_store(pinned.error(), now);
  if (*pinned) co_return without_outline(run.language, std::move(**pinned));

  const Clock& clock = run.parts.loop.clock();
  run.working_since = Moment::max();
  const std::function<void()> begins = [&run, &clock] { run.working_since = clock.moment(); };
  Result<Outline> outline = co_await run.parts.outlines.outline(run.language, job.source, begins);
  // A source that is refused at once has had no turn.
  run.working_since = std::min(run.working_since, clock.moment());
  if (outline) co_return std::move(*outline);
  if (outline.error().code == Code::unavailable) co_return no_child(outline.error(), now);
  if (outline.error().code != Code::source_refused) co_return stop(std::move(outline.error()));
  run.parts.log.warning("a source could not be parsed; it is cut by lines from now on",
                        {{"job", job.id}, {"path", job.path}, {"reason", outline.error().message}});
  const Result<void> pin = co_await journal.pin(job.source_hash, outline.error().message);
  if (!pin) co_return stop_for_store(pin.error(), now);
  co_return without_outline(run.language, std::move(outline.error().message));
}

class ChunkStep final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun*, const Step& step) const override {
    const auto& options = step.as<ChunkOptions>();
    StepResult<Outline> outline = co_await outline_of(run, options);
    if (!outline) co_return std::unexpected(std::move(outline.error()));
    const std::string& source = *run.job->source;
    auto work = [&source, &outline, &options] {
      return plan_chunks(source, *outline, options, ByteBound{});
    };
    Result<std::vector<Chunk>> chunks =
        co_await compute(run.parts.pool, source.size(), std::move(work));
    if (!chunks) co_return stop(std::move(chunks.error()));
    run.plan.fallback = std::move(outline->fallback);
    run.plan.chunks = std::move(*chunks);
    co_return StepResult<void>{};
  }
};

}  // namespace

std::shared_ptr<const Behaviour> chunk_behaviour(const Step&) {
  return std::make_shared<const ChunkStep>();
}

}  // namespace docwright::pipeline
