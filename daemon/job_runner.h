// One run of a job: from its claim to the record of its end.
#pragma once
#include <memory>

#include "daemon/documents.h"
#include "daemon/pipeline_shelf.h"
#include "pipeline/engine.h"
#include "store/jobs.h"

namespace docwright::daemon {

// Why a run was stopped from outside; set before its task is cancelled.
enum class Stop { none, cancelled, deadline, draining };

struct Run {
  std::int64_t row = 0;
  int attempt = 0;
  std::string id, pipeline;
  Time deadline{};
  Stop stop = Stop::none;
  bool cut = false;  // its calls in flight end with it, where nobody else waits for them
};

// Loop thread only.
class JobRunner final {
 public:
  JobRunner(store::Store& store, PipelineShelf& shelf, StoreDocuments& documents,
            pipeline::Parts parts)
      : store_(store), shelf_(shelf), documents_(documents), parts_(parts) {}

  // Ends when the outcome is recorded: finished, parked, or given back to the queue. Returns what a
  // parked job waits for. Whoever cancels it sets run->stop first; it must be awaited with
  // throw_if_cancelled(false), so that a run which is cancelled before it began is recorded, too.
  Task<std::optional<pipeline::Parked>> run(store::Claimed claimed, std::shared_ptr<Run> run);

 private:
  struct End;
  static bool has_succeeded(const End& end);
  // Completes the job with its pipeline, then runs it.
  Task<pipeline::Outcome> execute(std::shared_ptr<pipeline::Job> job, std::int64_t version);
  Task<Result<store::State>> record(const Run& run, const End& end);
  void log(const Run& run, const pipeline::Job& job, const End& end, Duration time);

  store::Store& store_;
  PipelineShelf& shelf_;
  StoreDocuments& documents_;
  pipeline::Parts parts_;
};

}  // namespace docwright::daemon
