#include "daemon/dispatcher.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace docwright::daemon {
namespace {

constexpr int kWokenAtOnce = 1000;
// The clock looks at least so often, so that a wall clock that is set is followed.
constexpr Duration kClockTurn = std::chrono::seconds(60);
constexpr Duration kAfterTrouble = std::chrono::seconds(1);

}  // namespace

Dispatcher::Dispatcher(Parts parts, DispatcherOptions options)
    : loop_(parts.loop),
      store_(parts.store),
      runner_(parts.runner),
      journal_(parts.journal),
      calls_(parts.calls),
      log_(parts.log),
      options_(std::move(options)),
      duties_(parts.loop, parts.on_failure),
      running_(parts.loop, parts.on_failure),
      claim_bell_(parts.loop),
      clock_bell_(parts.loop) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start() {
  duties_.spawn("claims", claims());
  duties_.spawn("clock", clock());
}

Task<void> Dispatcher::drain() {
  draining_ = true;
  duties_.cancel_all();
  co_await duties_.close();
  std::vector<std::int64_t> rows;
  for (const auto& [row, running] : runs_) rows.push_back(row);
  for (const std::int64_t row : rows) {
    if (const auto at = runs_.find(row); at != runs_.end()) stop(at->second, Stop::draining);
  }
  co_await running_.close();
  co_await claim_bell_.close();
  co_await clock_bell_.close();
}

// --- Claims

store::ClaimLimits Dispatcher::limits() const {
  store::ClaimLimits limits{.jobs = options_.jobs_at_once - static_cast<int>(runs_.size()),
                            .per_pipeline = {}};
  for (const auto& [pipeline, most] : options_.pipeline_jobs_at_once) {
    const auto running = running_of_pipeline_.find(pipeline);
    limits.per_pipeline.emplace_back(
        pipeline,
        std::max(0, most - (running == running_of_pipeline_.end() ? 0 : running->second)));
  }
  return limits;
}

Task<void> Dispatcher::claims() {
  while (true) {
    const std::uint64_t seen = claim_bell_.rings();
    store::ClaimLimits limits = this->limits();
    if (!more_ || limits.jobs <= 0) {
      co_await claim_bell_.wait(seen, Moment::max());
      continue;
    }
    more_ = false;
    const int asked = limits.jobs;
    auto change = [limits = std::move(limits), now = loop_.clock().now()](
                      store::Database& database) -> Result<std::vector<store::Claimed>> {
      return store::claim(database, limits, now);
    };
    auto claimed = co_await store_.write<std::vector<store::Claimed>>(
        loop_, store::Lane::completion, std::move(change));
    if (!claimed) {
      log_.error("no job could be claimed", {{"reason", claimed.error().message}});
      more_ = true;
      co_await loop_.sleep(kAfterTrouble);
      continue;
    }
    if (std::ssize(*claimed) == asked) more_ = true;
    for (store::Claimed& job : *claimed) begin(std::move(job));
  }
}

void Dispatcher::begin(store::Claimed claimed) {
  auto run = std::make_shared<Run>(Run{.row = claimed.row,
                                       .attempt = claimed.attempt,
                                       .id = claimed.id,
                                       .pipeline = claimed.pipeline,
                                       .deadline = claimed.deadline});
  ++running_of_pipeline_[run->pipeline];
  deadlines_.emplace(run->deadline, run->row);
  Running& running = runs_[run->row];
  running.run = run;
  running.task = running_.spawn("job " + run->id, this->run(std::move(claimed), run));
  if (run->deadline.time_since_epoch().count() < next_due_.load()) clock_bell_.ring();
}

Task<void> Dispatcher::run(store::Claimed claimed, std::shared_ptr<Run> run) {
  // Whatever way the run ends, its place becomes free.
  struct Place {
    Dispatcher& dispatcher;
    std::shared_ptr<Run> run;
    ~Place() { dispatcher.end(*run); }
  };
  const Place place{*this, run};
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const std::uint64_t changes = limits_changes_;
  auto running = runner_.run(std::move(claimed), run);
  const std::optional<pipeline::Parked> waits = co_await std::move(running);
  if (waits) parked(*waits, run->pipeline, changes);
}

// Whoever raised the limit, ended the pause or chose another default model has woken those that
// waited by then. This job was refused before, but still had other chunks to end: it would wait for
// what has come already.
void Dispatcher::parked(const pipeline::Parked& waits, const std::string& pipeline,
                        std::uint64_t changes) {
  if (waits.until && waits.until->time_since_epoch().count() < next_due_.load()) clock_bell_.ring();
  const bool may_have_ended = waits.reason == "paused" ||
                              std::ranges::find(kModelReasons, waits.reason) != kModelReasons.end();
  if (may_have_ended && limits_changes_ != changes) wake_waiting(waits.reason, pipeline);
}

void Dispatcher::end(const Run& run) {
  if (run.cut) calls_.cut_unwanted();
  if (--running_of_pipeline_[run.pipeline] == 0) running_of_pipeline_.erase(run.pipeline);
  const auto [begin, end] = deadlines_.equal_range(run.deadline);
  const auto at =
      std::find_if(begin, end, [&](const auto& each) { return each.second == run.row; });
  if (at != end) deadlines_.erase(at);
  runs_.erase(run.row);
  if (options_.pipeline_jobs_at_once.contains(run.pipeline)) more_ = true;
  claim_bell_.ring();
}

void Dispatcher::may_claim() {
  more_ = true;
  claim_bell_.ring();
}

// --- The clock

Moment Dispatcher::sleep_until(std::optional<Time> next) {
  const Time now = loop_.clock().now();
  Time due = now + kClockTurn;
  if (next) due = std::min(due, *next);
  if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
  next_due_.store(due.time_since_epoch().count());
  return loop_.clock().moment() + std::max(due - now, Duration::zero());
}

Task<void> Dispatcher::clock() {
  while (true) {
    const std::uint64_t seen = clock_bell_.rings();
    // From here on whatever is due before the next turn rings: it may come too late for this one.
    next_due_.store((loop_.clock().now() + kClockTurn).time_since_epoch().count());
    auto change = [now = loop_.clock().now()](store::Database& database) -> Result<store::Woken> {
      return store::wake_due(database, now, kWokenAtOnce);
    };
    const auto woken =
        co_await store_.write<store::Woken>(loop_, store::Lane::completion, std::move(change));
    if (!woken) {
      log_.error("due jobs could not be woken", {{"reason", woken.error().message}});
      co_await loop_.sleep(kAfterTrouble);
      continue;
    }
    if (woken->jobs > 0) may_claim();
    while (!deadlines_.empty() && deadlines_.begin()->first <= loop_.clock().now()) {
      const std::int64_t row = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      stop(runs_.at(row), Stop::deadline);
    }
    if (woken->jobs < kWokenAtOnce) co_await clock_bell_.wait(seen, sleep_until(woken->next));
  }
}

// --- What others say

void Dispatcher::stop(Running& running, Stop why) {
  if (running.run->stop == Stop::none) running.run->stop = why;
  running.task.cancel();
}

void Dispatcher::jobs_accepted(Time due) {
  jobs_queued();
  if (due.time_since_epoch().count() < next_due_.load(std::memory_order_relaxed)) {
    loop_.post([this] { clock_bell_.ring(); });
  }
}

void Dispatcher::jobs_queued() {
  if (told_.exchange(true)) return;
  loop_.post([this] {
    told_.store(false);
    may_claim();
  });
}

void Dispatcher::limits_changed() {
  jobs_queued();
  loop_.post([this] {
    ++limits_changes_;
    journal_.ring();
  });
}

void Dispatcher::stop_runs(std::vector<store::RunningJob> jobs, bool cut) {
  loop_.post([this, jobs = std::move(jobs), cut] {
    if (cut) calls_.cut_unwanted();
    for (const store::RunningJob& job : jobs) {
      const auto at = runs_.find(job.row);
      if (at == runs_.end() || at->second.run->attempt != job.attempt) continue;
      at->second.run->cut = cut;
      stop(at->second, Stop::cancelled);
    }
  });
}

void Dispatcher::paused(std::string pipeline, bool on) {
  loop_.post([this, pipeline = std::move(pipeline), on] {
    if (on) {
      calls_.pause(pipeline);
    } else {
      calls_.resume(pipeline);
    }
  });
}

void Dispatcher::default_model(std::string name) {
  loop_.post(
      [this, name = std::move(name)]() mutable { calls_.default_model().use(std::move(name)); });
}

void Dispatcher::wake_waiting(std::string reason, std::string pipeline) {
  loop_.post([this, reason = std::move(reason), pipeline = std::move(pipeline)] {
    if (!draining_) duties_.spawn("wake " + reason, wake_all(reason, pipeline));
  });
}

Task<void> Dispatcher::wake_all(std::string reason, std::string pipeline) {
  while (true) {
    auto change = [reason, pipeline,
                   now = loop_.clock().now()](store::Database& database) -> Result<int> {
      return store::wake_waiting(database, reason, pipeline, now, kWokenAtOnce);
    };
    const auto woken =
        co_await store_.write<int>(loop_, store::Lane::completion, std::move(change));
    if (!woken || *woken > 0) may_claim();
    if (!woken || *woken < kWokenAtOnce) co_return;
  }
}

}  // namespace docwright::daemon
