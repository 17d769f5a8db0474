// The front door: the one thread that owns the ZeroMQ sockets.
//
// It receives messages and gives each to the Receptionist, sends replies, publishes events, and
// runs what other threads hand it. What it does itself never waits for the disk: a reply to a
// submit is handed in by the writer after COMMIT.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/sockets.h"
#include "runtime/clock.h"

namespace docwright::daemon {

// What is done with messages. Front door thread only.
class Receptionist {
 public:
  virtual ~Receptionist() = default;
  virtual void request(Peer peer, Frames frames) = 0;
  virtual void pushed(Frames frames) = 0;
  // Whether fire-and-forget messages may be taken now; else they stay in libzmq's queue, and in the
  // clients'.
  virtual bool takes_pushed() const = 0;
  // The first subscribes to the topic, or the last no longer does.
  virtual void subscribed(std::string_view topic, bool on) = 0;
  // After each turn: what is due. Returns the next moment at which something will be.
  virtual Moment tick(Moment now) = 0;
};

class FrontDoor final {
 public:
  FrontDoor(std::unique_ptr<Sockets> sockets, Clock& clock, Log& log);
  ~FrontDoor();  // stop()
  FrontDoor(const FrontDoor&) = delete;
  FrontDoor& operator=(const FrontDoor&) = delete;

  // Begins to take messages; the receptionist outlives the thread.
  void start(Receptionist& receptionist);
  // Runs what was handed in before, sends it, closes the sockets, joins. Repeatable.
  void stop();

  // Any thread: runs `work` on the front door's thread. After stop() it is dropped.
  void post(std::move_only_function<void()> work);

  // Front door thread only.
  void reply(const Peer& peer, std::string_view frame);
  void publish(std::string_view topic, std::string_view body) { sockets_->publish(topic, body); }

  const wire::Endpoints& endpoints() const { return endpoints_; }  // any thread
  std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }
  int connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  void run(Receptionist& receptionist);
  bool run_posted();

  // Constant after construction.
  Clock& clock_;
  Log& log_;
  const wire::Endpoints endpoints_;
  // Front door thread only, while it runs (wake() excepted).
  std::unique_ptr<Sockets> sockets_;
  std::vector<std::move_only_function<void()>> running_;
  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> posted_;
  bool closed_ = false;
  // Any thread.
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace docwright::daemon
