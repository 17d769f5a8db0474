#include "daemon/front_door.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace docwright::daemon {
namespace {

// Messages of one socket before the other one and the posted work get their turn.
constexpr int kRequestsAtOnce = 256;
constexpr int kPushedAtOnce = 64;
// A turn at least so often, so that the supervisor sees the thread alive.
constexpr std::chrono::milliseconds kIdleTurn{1000};

// Signals belong to the loop's thread.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

FrontDoor::FrontDoor(std::unique_ptr<Sockets> sockets, Clock& clock, Log& log)
    : clock_(clock), log_(log), endpoints_(sockets->endpoints()), sockets_(std::move(sockets)) {}

FrontDoor::~FrontDoor() {
  stop();
}

void FrontDoor::start(Receptionist& receptionist) {
  thread_ = std::thread([this, &receptionist] {
    block_signals();
    pthread_setname_np(pthread_self(), "front-door");
    run(receptionist);
  });
}

void FrontDoor::stop() {
  stopping_.store(true);
  if (thread_.joinable()) {
    sockets_->wake();
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  closed_ = true;
  posted_.clear();
  sockets_.reset();
}

void FrontDoor::post(std::move_only_function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  const bool first = posted_.empty();
  posted_.push_back(std::move(work));
  if (first) sockets_->wake();
}

bool FrontDoor::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (auto& work : running_) work();
  const bool any = !running_.empty();
  running_.clear();
  return any;
}

void FrontDoor::reply(const Peer& peer, std::string_view frame) {
  if (!sockets_->reply(peer, frame))
    log_.debug("a reply found no reader", {{"bytes", std::to_string(frame.size())}});
}

void FrontDoor::run(Receptionist& receptionist) {
  sockets_->watch_subscriptions(
      [&](std::string_view topic, bool on) { receptionist.subscribed(topic, on); });
  bool more = false;
  while (!stopping_.load()) {
    const auto until_due = std::chrono::ceil<std::chrono::milliseconds>(
        receptionist.tick(clock_.moment()) - clock_.moment());
    const auto idle = std::clamp(until_due, std::chrono::milliseconds(0), kIdleTurn);
    const bool push = receptionist.takes_pushed();
    const Sockets::Ready ready = sockets_->wait(more ? std::chrono::milliseconds(0) : idle, push);
    run_posted();
    more = false;
    if (ready.requests) {
      more |= sockets_->receive_requests(kRequestsAtOnce, [&](Peer peer, Frames frames) {
        receptionist.request(std::move(peer), frames);
      });
    }
    if (ready.push)
      more |= sockets_->receive_pushed(kPushedAtOnce,
                                       [&](Frames frames) { receptionist.pushed(frames); });
    connections_.store(sockets_->connections(), std::memory_order_relaxed);
    turns_.fetch_add(1, std::memory_order_relaxed);
  }
  while (run_posted()) {
  }
}

}  // namespace docwright::daemon
