#include "daemon/lifetime.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include "runtime/text.h"

namespace docwright::daemon {
namespace {

constexpr std::chrono::milliseconds kLastReplies{200};

// Bounds the drain: after the time, calls under way are cut (they become `unknown` at the next
// start), and nothing waits any longer for room on a full disk.
Task<void> cut_short(Ending& parts) {
  co_await parts.loop.sleep(parts.drain_time_max);
  parts.log.warning(
      "the drain took too long: calls in flight are cut and stay charged at their bound",
      {{"calls", std::to_string(parts.calls.in_flight().calls)},
       {"disk_full", parts.writer.out_of_space() ? "yes" : "no"}});
  parts.calls.abort();
  parts.writer.wait_no_more();
}

void end_at_once_on_a_second_signal(boost::asio::signal_set& signals) {
  signals.async_wait([](boost::system::error_code error, int) {
    if (!error) ::_exit(kExitDone);
  });
}

Task<void> drain(Ending& parts) {
  parts.reception.drain();
  TaskGroup bound(parts.loop, {});
  bound.spawn("drain", cut_short(parts));
  parts.duties.cancel_all();
  co_await parts.duties.close();
  co_await parts.dispatcher.drain();
  co_await parts.calls.close();
  co_await parts.journal.close();
  co_await parts.metrics.flush();
  bound.cancel_all();
  co_await bound.close();
}

}  // namespace

void CommitListeners::set(Reception* reception, StoreMetrics* metrics) {
  const std::lock_guard lock(mutex_);
  reception_ = reception;
  metrics_ = metrics;
}

void CommitListeners::committed(const std::vector<store::Event>& events) {
  const std::lock_guard lock(mutex_);
  if (reception_ != nullptr) reception_->events(events);
}

void CommitListeners::timed(Duration commit) {
  const std::lock_guard lock(mutex_);
  if (metrics_ != nullptr) metrics_->commit(commit);
}

void FatalSwitch::pull(const Error& error) {
  log_.error(
      "the database failed: docwright ends now, and goes on from what is on the disk when it is "
      "started again",
      {{"reason", error.message}});
  std::thread([] {
    std::this_thread::sleep_for(kLastReplies);
    ::_exit(kExitStore);
  }).detach();
}

Task<void> live(Ending parts) {
  const int signal = co_await parts.signals.async_wait(use_task);
  end_at_once_on_a_second_signal(parts.signals);
  const Moment begun = parts.loop.clock().moment();
  parts.log.info("stopping", {{"signal", std::to_string(signal)},
                              {"running", std::to_string(parts.dispatcher.running())},
                              {"calls", std::to_string(parts.calls.in_flight().calls)}});
  parts.manager.stopping("ending what runs; calls in flight get " + to_text(parts.drain_time_max));
  co_await drain(parts);
  parts.log.info("stopped", {{"time", to_text(std::chrono::floor<std::chrono::milliseconds>(
                                          parts.loop.clock().moment() - begun))}});
}

}  // namespace docwright::daemon
