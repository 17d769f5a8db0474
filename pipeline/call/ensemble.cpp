#include "pipeline/call/ensemble.h"

#include <iterator>
#include <optional>
#include <vector>

#include "pipeline/call/call.h"
#include "pipeline/pipeline.h"
#include "runtime/task_group.h"

namespace docwright::pipeline {
namespace {

class Ensemble final {
 public:
  Ensemble(Run& run, const ChunkRun& chunk, const Step& step)
      : run_(run),
        chunk_(chunk),
        step_(step),
        group_(run.parts.loop, [this](const std::string&, const std::exception_ptr& failure) {
          failure_ = failure;
        }) {}

  Task<StepResult<Asked>> go() {
    const auto& members = step_.as<CallOptions>().ensemble;
    samples_.resize(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) group_.spawn(members[i], sample(i));
    co_await group_.join();
    if (failure_) std::rethrow_exception(failure_);
    co_return together();
  }

 private:
  Task<void> sample(std::size_t index) {
    const std::string& member = step_.as<CallOptions>().ensemble[index];
    samples_[index] = co_await ask(run_, chunk_, step_,
                                   Topic{.targets = chunk_.chunk.targets,
                                         .models = {member},
                                         .sample = static_cast<int>(index)});
  }

  StepResult<Asked> together() {
    std::vector<Asked> answers;
    std::optional<Stop> refusal;
    for (auto& sample : samples_) {
      if (*sample) {
        answers.push_back(std::move(**sample));
        continue;
      }
      if (std::holds_alternative<Parked>(sample->error()))
        return std::unexpected(std::move(sample->error()));
      if (!refusal || is_too_long(sample->error())) refusal = std::move(sample->error());
    }
    if (answers.empty()) return std::unexpected(std::move(*refusal));
    Asked first = std::move(answers.front());
    first.others.assign(std::move_iterator(answers.begin() + 1), std::move_iterator(answers.end()));
    return first;
  }

  Run& run_;
  const ChunkRun& chunk_;
  const Step& step_;
  TaskGroup group_;
  std::vector<std::optional<StepResult<Asked>>> samples_;
  std::exception_ptr failure_;
};

}  // namespace

bool asks_all(const Job& job, const Step& step) {
  return !step.as<CallOptions>().ensemble.empty() && job.model.empty();
}

Task<StepResult<Asked>> ask_all(Run& run, const ChunkRun& chunk, const Step& step) {
  Ensemble ensemble(run, chunk, step);
  co_return co_await ensemble.go();
}

}  // namespace docwright::pipeline
