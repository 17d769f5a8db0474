// The three ZeroMQ sockets of the front door. The only file of the daemon that knows libzmq is
// sockets.cpp.
//
// libzmq 4.3.4 has traps that this file answers (docs/operations.md):
//  - An ipc listener that gets EMFILE aborts the process: accept_guard.h.
//  - Binding tcp calls getifaddrs, which aborts where AF_NETLINK is not allowed: we make that
//    listener and pass its descriptor.
//  - HWM counts messages, not frames: of a message with too many frames only so many are kept, the
//    rest is read and dropped.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.h"
#include "runtime/log.h"
#include "schemas/wire_limits.h"
#include "schemas/wire_replies.h"

namespace docwright::daemon {

struct SocketOptions {
  wire::Endpoints endpoints;
  wire::Limits limits;
  int events_backlog = 10'000;  // events kept for one slow subscriber
};

// Who asked, and the envelope that the reply needs.
struct Peer {
  std::string routing;
  std::vector<std::string> envelope;
};

// What of a message goes to the handler; valid during the call only. Frames without the envelope.
using Frames = std::span<const std::string_view>;

// Belongs to one thread at a time, except wake(). Exactly one object of this class per process
// (libzmq's context).
class Sockets final {
 public:
  // Binds. Errors (configuration, io) name the endpoint and say what to do.
  static Result<std::unique_ptr<Sockets>> open(const SocketOptions& options, Log& log);
  ~Sockets();  // at most a second for replies that are on their way; removes the ipc files
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  struct Ready {
    bool requests = false, push = false, woken = false;
  };
  // Until a message is there, wake() was called, or the time is over. `push` false: the PULL socket
  // is left alone (back-pressure).
  Ready wait(std::chrono::milliseconds time, bool push);
  void wake();  // any thread

  // Hands over at most `most` messages; true: there may be more.
  bool receive_requests(int most, const std::function<void(Peer, Frames)>& handler);
  bool receive_pushed(int most, const std::function<void(Frames)>& handler);

  // False: the peer is gone, or does not read; the reply is dropped.
  bool reply(const Peer& peer, std::string_view frame);
  void publish(std::string_view topic, std::string_view body);

  // Hears, within wait(), of each topic to which the first subscribes, or the last no longer does.
  using OnSubscription = std::function<void(std::string_view topic, bool on)>;
  void watch_subscriptions(OnSubscription hears);

  int connections() const;                   // now, of all three
  const wire::Endpoints& endpoints() const;  // as bound (a tcp port of 0 is a real one here)

 private:
  struct State;
  explicit Sockets(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace docwright::daemon
