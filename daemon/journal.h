// The pipeline's Journal over the store: plans, calls, answers, the ledger behind them.
//
// Everything that changes goes through the writer's completion lane and is durable when the Task
// ends; questions are read on the pool. What a run hands over is copied, so a cancelled wait leaves
// nothing dangling.
#pragma once
#include "daemon/bell.h"
#include "pipeline/ports.h"
#include "runtime/pool.h"
#include "store/store.h"

namespace docwright::daemon {

// Loop thread only. close() must have ended before the destructor runs.
class StoreJournal final : public pipeline::Journal {
 public:
  // `cache_time`: how long an answer serves other jobs; 0: for good; none: only its own.
  StoreJournal(Loop& loop, Pool& pool, store::Store& store,
               std::optional<Duration> cache_time = Duration{});

  Task<Result<std::optional<pipeline::Plan>>> plan(const pipeline::Job& job) override;
  Task<Result<void>> save_plan(const pipeline::Job& job, const pipeline::Plan& plan) override;
  Task<Result<void>> divide(const pipeline::Job& job, const pipeline::Chunk& first,
                            const pipeline::Chunk& second) override;
  Task<Result<std::optional<pipeline::RecordedAnswer>>> answer(const pipeline::Job& job,
                                                               pipeline::QuestionKey key) override;
  Task<Result<Tried>> tried(const pipeline::Job& job, pipeline::QuestionKey key) override;
  Task<Result<pipeline::IntentOutcome>> intend(const pipeline::Job& job,
                                               pipeline::Intent intent) override;
  Task<void> released(const pipeline::Refused& refused, Moment deadline) override;
  Task<Result<void>> answered(const pipeline::Job& job, pipeline::CallReport report,
                              providers::Answer answer, Nusd charge) override;
  Task<Result<void>> failed(const pipeline::Job& job, pipeline::CallReport report,
                            providers::CallError error) override;
  Task<Result<void>> unknown(const pipeline::Job& job, pipeline::CallReport report,
                             providers::CallError error) override;
  Task<Result<std::optional<std::string>>> pinned(Hash source) override;
  Task<Result<void>> pin(Hash source, std::string reason) override;

  // Budgets or pauses have changed: whoever waits for a reservation asks again.
  void ring() { bell_.ring(); }
  Task<void> close() { return bell_.close(); }

 private:
  Time now() const { return loop_.clock().now(); }
  std::optional<Time> others_since(const pipeline::Job& job) const;

  Loop& loop_;
  Pool& pool_;
  store::Store& store_;
  const std::optional<Duration> cache_time_;
  Bell bell_;
};

}  // namespace docwright::daemon
