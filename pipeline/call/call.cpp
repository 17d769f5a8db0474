#include "pipeline/call/call.h"

#include "pipeline/call/call_desk.h"
#include "pipeline/pipeline.h"

namespace docwright::pipeline {
namespace {

void add(Usage& sum, const Usage& usage) {
  sum.input += usage.input;
  sum.input_cached += usage.input_cached;
  sum.input_cache_write += usage.input_cache_write;
  sum.input_cache_write_1h += usage.input_cache_write_1h;
  sum.output += usage.output;
  sum.reasoning += usage.reasoning;
}

void take(Asked& asked, RecordedAnswer answer, const Hash& question) {
  ++asked.calls;
  asked.cost += answer.charged;
  if (answer.answer.usage) add(asked.usage, *answer.answer.usage);
  asked.question = question;
  asked.answer = std::move(answer);
}

class Call final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun* chunk, const Step& step) const override {
    StepResult<Asked> asked =
        co_await ask(run, *chunk, step, Topic{chunk->chunk.targets, kFirstQuestion, {}});
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    chunk->asked.insert_or_assign(step.name, std::move(*asked));
    co_return StepResult<void>{};
  }
};

}  // namespace

Task<StepResult<Asked>> ask(Run& run, const ChunkRun& chunk, const Step& step, Topic topic) {
  StepResult<Resolved> resolved = resolve(run.parts, *run.job, step.as<CallOptions>());
  if (!resolved) co_return std::unexpected(std::move(resolved.error()));
  const StepResult<Inquiry> inquiry = make_inquiry(run, chunk, step, *resolved, topic);
  if (!inquiry) co_return std::unexpected(inquiry.error());

  Asked asked;
  asked.provider = resolved->provider->name;
  asked.model = resolved->model->name;
  asked.parameters = std::move(resolved->parameters);
  asked.answer_language = std::move(resolved->answer_language);
  StepResult<RecordedAnswer> answer = co_await run.parts.calls.ask(run.job, *inquiry);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  take(asked, std::move(*answer), inquiry->key.hash);
  if (asked.answer.answer.finish != providers::Finish::length) co_return asked;

  // Cut: the same limit would cut it again.
  const std::optional<Inquiry> higher = raised(*inquiry);
  if (!higher) co_return asked;
  answer = co_await run.parts.calls.ask(run.job, *higher);
  if (answer) {
    take(asked, std::move(*answer), higher->key.hash);
    co_return asked;
  }
  // No money for a longer answer: the cut one is better than none.
  const auto* parked = std::get_if<Parked>(&answer.error());
  if (parked != nullptr && parked->reason == "budget") co_return asked;
  co_return std::unexpected(std::move(answer.error()));
}

std::shared_ptr<const Behaviour> call_behaviour(const Step&) {
  return std::make_shared<const Call>();
}

}  // namespace docwright::pipeline
