#include "pipeline/validate/validate.h"

#include "pipeline/compute.h"
#include "pipeline/pipeline.h"
#include "pipeline/validate/selection.h"

namespace docwright::pipeline {
namespace {

class Validate final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun*, const Step& step) const override {
    const Job& job = *run.job;
    auto work = [&job, &options = step.as<ValidateOptions>()] {
      return refuse(options, job.path, *job.source, job.force);
    };
    std::optional<Refusal> refusal =
        co_await compute(run.parts.pool, job.source->size(), std::move(work));
    if (refusal) co_return stop(Code::source_refused, std::move(refusal->sentence));
    run.language = outline::language_of(job.path, *job.source);
    co_return StepResult<void>{};
  }
};

}  // namespace

std::shared_ptr<const Behaviour> validate_behaviour(const Step&) {
  return std::make_shared<const Validate>();
}

}  // namespace docwright::pipeline
