// Decides which job runs when: claims within the limits, wakes what is due, stops what must stop.
//
// Claims: one coroutine that claims as many jobs as there are places, whenever there may be some;
// interrupted ones come first.
//
// Clock: one coroutine that moves due jobs back to the queue, and fails overdue ones, at the moment
// at which the next one is due.
//
// Runs: one coroutine for each running job (job_runner.h).
#pragma once
#include <atomic>
#include <map>
#include <string>
#include <unordered_map>

#include "daemon/bell.h"
#include "daemon/job_runner.h"
#include "daemon/journal.h"
#include "daemon/reception.h"
#include "pipeline/call/call_desk.h"
#include "runtime/task_group.h"

namespace docwright::daemon {

struct DispatcherOptions {
  int jobs_at_once = 64;
  std::map<std::string, int> pipeline_jobs_at_once;  // of single pipelines
};

// Loop thread only, except what Control says. drain() must have ended before the destructor runs.
class Dispatcher final : public Control {
 public:
  struct Parts {
    Loop& loop;
    store::Store& store;
    JobRunner& runner;
    StoreJournal& journal;
    pipeline::CallDesk& calls;
    Log& log;
    TaskGroup::OnFailure on_failure;
  };
  Dispatcher(Parts parts, DispatcherOptions options);
  ~Dispatcher() override;

  void start();
  // Claims nothing more and gives what runs back to the queue; ends when that is recorded.
  // Repeatable.
  Task<void> drain();

  void jobs_accepted(Time due) override;
  void jobs_queued() override;
  void limits_changed() override;
  void stop_runs(std::vector<store::RunningJob> jobs, bool cut) override;
  void paused(std::string pipeline, bool on) override;
  void default_model(std::string name) override;
  void wake_waiting(std::string reason, std::string pipeline) override;

  std::size_t running() const { return runs_.size(); }

 private:
  struct Running {
    std::shared_ptr<Run> run;
    TaskGroup::Handle task;
  };
  Task<void> claims();
  Task<void> clock();
  Task<void> run(store::Claimed claimed, std::shared_ptr<Run> run);
  Task<void> wake_all(std::string reason, std::string pipeline);
  void begin(store::Claimed claimed);
  void end(const Run& run);
  void stop(Running& running, Stop why);
  void may_claim();
  // A job has parked that was under way since there were so many changes of limits.
  void parked(const pipeline::Parked& waits, const std::string& pipeline, std::uint64_t changes);
  store::ClaimLimits limits() const;
  Moment sleep_until(std::optional<Time> next);

  Loop& loop_;
  store::Store& store_;
  JobRunner& runner_;
  StoreJournal& journal_;
  pipeline::CallDesk& calls_;
  Log& log_;
  const DispatcherOptions options_;
  TaskGroup duties_;
  TaskGroup running_;
  Bell claim_bell_;
  Bell clock_bell_;
  std::unordered_map<std::int64_t, Running> runs_;  // by row
  std::map<std::string, int> running_of_pipeline_;
  std::multimap<Time, std::int64_t> deadlines_;  // of what runs
  bool more_ = true;                             // a claim may find something
  bool draining_ = false;
  std::uint64_t limits_changes_ = 0;  // how often budgets, pauses or the default model have changed
  // Any thread.
  std::atomic<bool> told_ = false;       // a may_claim() is on its way to the loop
  std::atomic<Time::rep> next_due_ = 0;  // when the clock looks again
};

}  // namespace docwright::daemon
