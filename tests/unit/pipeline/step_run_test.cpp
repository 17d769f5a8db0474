// A step's time limit: what counts, and what does not.
#include "pipeline/step_run.h"

#include <gmock/gmock.h>

#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Waits for its turn, then works.
class Slow final : public Behaviour {
 public:
  Slow(Duration waits, Duration works) : waits_(waits), works_(works) {}
  Task<StepResult<void>> run(Run& run, ChunkRun*, const Step&) const override {
    Loop& loop = run.parts.loop;
    if (waits_ > Duration::zero()) {
      run.working_since = Moment::max();
      co_await loop.sleep(waits_);
      run.working_since = loop.clock().moment();
    }
    co_await loop.sleep(works_);
    co_return StepResult<void>{};
  }

 private:
  const Duration waits_, works_;
};

Task<void> keep(Run& run, const Step& step, std::optional<StepResult<void>>& result) {
  result = co_await run_step(run, nullptr, step);
}

class StepRun : public PipelineWorld {
 protected:
  // "ok" or the error, and how long it took.
  std::pair<std::string, Duration> run_slow(Duration waits, Duration works) {
    StepKind kind;
    kind.place.name = "slow";
    Step step;
    step.name = "slow";
    step.kind = &kind;
    step.time_limit = seconds(60);
    step.behaviour = std::make_shared<Slow>(waits, works);
    pipeline::Run run{*parts_, job()};
    std::optional<StepResult<void>> result;
    const Moment begin = clock_.moment();
    runs_->spawn("step", keep(run, step, result));
    loop_.run_until_idle();
    if (result.value()) return {"ok", clock_.moment() - begin};
    return {text(std::get<Failed>(result->error())), clock_.moment() - begin};
  }
};

TEST_F(StepRun, AStepEndsAtItsTimeLimit) {
  EXPECT_EQ(run_slow({}, seconds(59)).first, "ok");
  const auto [outcome, time] = run_slow({}, minutes(5));
  EXPECT_EQ(outcome, "failed timeout: the step 'slow' took longer than 1m");
  EXPECT_EQ(time, seconds(60));
}

TEST_F(StepRun, TheWaitForItsTurnIsNotItsTime) {
  EXPECT_EQ(run_slow(minutes(10) + seconds(30), seconds(59)).first, "ok");
  const auto [outcome, time] = run_slow(minutes(10) + seconds(30), minutes(5));
  EXPECT_EQ(outcome, "failed timeout: the step 'slow' took longer than 1m");
  EXPECT_EQ(time, minutes(11) + seconds(30));
}

}  // namespace
}  // namespace docwright::test
