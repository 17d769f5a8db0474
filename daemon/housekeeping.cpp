#include "daemon/housekeeping.h"

#include <fmt/format.h>

#include <utility>

#include "store/calls.h"
#include "store/job_status.h"

namespace docwright::daemon {
namespace {

constexpr Duration kForgetEvery = std::chrono::minutes(10);
constexpr Duration kForgetAgain = std::chrono::milliseconds(200);
constexpr int kForgottenAtOnce = 500;
constexpr Duration kObserveEvery = std::chrono::seconds(15);

struct Figures {
  store::QueueStats queue;
  store::InFlight calls;
};

store::SystemSample sample_of(const Figures& figures, const Observed& observed) {
  using enum store::State;
  store::SystemSample sample;
  sample.queued = figures.queue.states.of(queued);
  sample.running = figures.queue.states.of(running);
  sample.waiting = figures.queue.states.of(waiting);
  sample.calls_in_flight = figures.calls.calls;
  sample.writer_queued = static_cast<std::int64_t>(observed.store.writer().queued());
  sample.connections = observed.door.connections();
  return sample;
}

std::string line(const store::SystemSample& sample, bool no_space) {
  return fmt::format("{}{} jobs queued, {} running, {} waiting; {} calls in flight",
                     no_space ? "NO SPACE LEFT ON DEVICE; " : "", sample.queued, sample.running,
                     sample.waiting, sample.calls_in_flight);
}

}  // namespace

Task<void> forget(Loop& loop, store::Store& store, Log& log, store::Retention retention) {
  while (true) {
    auto change = [retention,
                   now = loop.clock().now()](store::Database& database) -> Result<store::Pruned> {
      return store::prune(database, retention, now, kForgottenAtOnce);
    };
    const auto pruned =
        co_await store.write<store::Pruned>(loop, store::Lane::completion, std::move(change));
    if (!pruned) log.warning("old rows could not be removed", {{"reason", pruned.error().message}});
    co_await loop.sleep(pruned && pruned->more ? kForgetAgain : kForgetEvery);
  }
}

Task<void> observe(Loop& loop, Observed observed) {
  while (true) {
    const Moment due = loop.clock().moment() + kObserveEvery;
    co_await loop.sleep_until(due);
    const Duration lag = loop.clock().moment() - due;
    auto query = [](store::Database& database) {
      return Figures{store::queue_stats(database), store::calls_in_flight(database)};
    };
    const auto figures = co_await observed.store.read(observed.pool, std::move(query));
    if (!figures) continue;
    store::SystemSample sample = sample_of(*figures, observed);
    sample.loop_lag_us = lag.count();
    observed.manager.status(line(sample, observed.store.writer().out_of_space()));
    co_await observed.metrics.sample(sample);
  }
}

}  // namespace docwright::daemon
