#include "daemon/sockets.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <zmq.hpp>

#include "config/paths.h"
#include "daemon/accept_guard.h"
#include "daemon/listener.h"
#include "runtime/file_descriptor.h"
#include "schemas/wire.h"

namespace docwright::daemon {
namespace {

constexpr int kQueuedMessages = 1000;  // of one peer, each way
// A client that keeps many requests in flight must not lose replies.
constexpr int kQueuedReplies = 10'000;
constexpr int kBacklog = 128;
constexpr int kHandshakeMs = 5000;
constexpr int kLingerMs = 1000;
constexpr int kMonitored = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED;

// One of the three: the socket, where it listens, and how many are connected to it.
struct Door {
  zmq::socket_t socket;
  zmq::socket_t monitor;
  std::string endpoint;  // as configured
  std::string bound;     // as libzmq says it; empty: not listening now
  int connections = 0;
};

Result<void> bind(Door& door) {
  const std::string path = ipc_path(door.endpoint);
  FileDescriptor listener;
  if (!path.empty()) {
    if (auto clear = clear_ipc_path(path); !clear) return clear;
  } else {
    auto listening = listen_on_loopback(door.endpoint);
    if (!listening) return std::unexpected(std::move(listening.error()));
    listener = std::move(*listening);
  }
  try {
    door.socket.set(zmq::sockopt::use_fd, listener.get());
    door.socket.bind(door.endpoint);
    listener.release();  // libzmq's from here on
    door.socket.set(zmq::sockopt::use_fd, -1);
    door.bound = door.socket.get(zmq::sockopt::last_endpoint);
  } catch (const zmq::error_t& error) {
    return fail(Code::io, fmt::format("cannot listen at {}: {}", door.endpoint, error.what()));
  }
  // libzmq made the file under the process's umask; a socket needs no more than this.
  if (!path.empty() && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
    return fail(Code::io, fmt::format("cannot set the mode of {}", path));
  return {};
}

void unbind(Door& door) {
  if (door.bound.empty()) return;
  try {
    door.socket.unbind(door.bound);
  } catch (const zmq::error_t&) {
    // Not bound any more: what was wanted.
  }
  door.bound.clear();
}

void configure(Door& door, const SocketOptions& options) {
  zmq::socket_t& socket = door.socket;
  socket.set(zmq::sockopt::linger, kLingerMs);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(options.limits.frame_bytes));
  socket.set(zmq::sockopt::rcvhwm, kQueuedMessages);
  socket.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
  socket.set(zmq::sockopt::backlog, kBacklog);
}

void watch(zmq::context_t& context, Door& door, const char* name) {
  const std::string address = fmt::format("inproc://monitor.{}", name);
  if (zmq_socket_monitor(door.socket.handle(), address.c_str(), kMonitored) != 0)
    throw zmq::error_t();
  door.monitor = zmq::socket_t(context, zmq::socket_type::pair);
  door.monitor.set(zmq::sockopt::linger, 0);
  door.monitor.connect(address);
}

// Counts what the monitor saw.
void count_connections(Door& door) {
  zmq::message_t event, address;
  while (door.monitor.recv(event, zmq::recv_flags::dontwait)) {
    (void)door.monitor.recv(address, zmq::recv_flags::none);
    std::uint16_t kind = 0;
    if (event.size() >= sizeof kind) std::memcpy(&kind, event.data(), sizeof kind);
    if (kind == ZMQ_EVENT_ACCEPTED) ++door.connections;
    if (kind == ZMQ_EVENT_DISCONNECTED && door.connections > 0) --door.connections;
  }
}

std::string_view view(const zmq::message_t& message) {
  return {static_cast<const char*>(message.data()), message.size()};
}

}  // namespace

struct Sockets::State {
  State(const SocketOptions& options_in, Log& log_in) : options(options_in), log(log_in) {}
  ~State() {
    for (Door* door : doors()) {
      if (door->bound.empty()) continue;
      unbind(*door);
      // libzmq leaves the file. Its name is ours as long as we hold the state folder's lock.
      if (const std::string path = ipc_path(door->endpoint); !path.empty()) ::unlink(path.c_str());
    }
  }

  std::array<Door*, 3> doors() { return {&requests, &push, &events}; }
  void open();
  Result<void> bind_all();
  bool receive(Door& door);
  void take_subscriptions();

  // Constant after construction.
  const SocketOptions options;
  Log& log;
  wire::Endpoints endpoints;
  FileDescriptor wake_fd;  // written by any thread

  // Owner thread only. The context outlives the sockets.
  zmq::context_t context{1};
  Door requests, push, events;
  OnSubscription on_subscription;
  std::vector<zmq::message_t> parts;    // of the message being read
  std::vector<std::string_view> views;  // of the same
};

void Sockets::State::open() {
  requests.socket = zmq::socket_t(context, zmq::socket_type::router);
  push.socket = zmq::socket_t(context, zmq::socket_type::pull);
  events.socket = zmq::socket_t(context, zmq::socket_type::xpub);
  requests.endpoint = options.endpoints.requests;
  push.endpoint = options.endpoints.push;
  events.endpoint = options.endpoints.events;
  for (Door* door : doors()) configure(*door, options);
  requests.socket.set(zmq::sockopt::sndhwm, kQueuedReplies);
  // A reply to a peer that is gone is an error that we see, not a silent drop.
  requests.socket.set(zmq::sockopt::router_mandatory, true);
  events.socket.set(zmq::sockopt::sndhwm, options.events_backlog);
  watch(context, requests, "requests");
  watch(context, push, "push");
  watch(context, events, "events");
  wake_fd.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

Result<void> Sockets::State::bind_all() {
  for (Door* door : doors()) {
    if (auto bound = bind(*door); !bound) return bound;
  }
  return {};
}

// One whole message into `views`; false: none is there. Frames beyond the limit are dropped as they
// come.
bool Sockets::State::receive(Door& door) {
  constexpr std::size_t kEnvelope = 3;  // routing id, and REQ's two
  const std::size_t kept_max = options.limits.frames + kEnvelope + 1;
  parts.clear();
  views.clear();
  std::size_t bytes = 0;
  for (bool more = true; more;) {
    zmq::message_t part;
    // Not in the middle of one: libzmq hands over whole messages.
    if (!door.socket.recv(part, zmq::recv_flags::dontwait)) break;
    bytes += part.size();
    more = part.more();
    // The first frame over each limit is kept, so that the parser sees that it was passed.
    const bool keep = parts.size() < kept_max &&
                      bytes <= options.limits.message_bytes + options.limits.frame_bytes;
    if (keep) parts.push_back(std::move(part));
  }
  for (const zmq::message_t& kept : parts) views.push_back(view(kept));
  return !parts.empty();
}

// A byte, 1 or 0, and the topic. Whatever else subscribers send is ignored.
void Sockets::State::take_subscriptions() {
  zmq::message_t message;
  while (events.socket.recv(message, zmq::recv_flags::dontwait)) {
    const std::string_view text = view(message);
    const bool known = text.starts_with('\0') || text.starts_with('\1');
    if (known && on_subscription) on_subscription(text.substr(1), text.front() == '\1');
  }
}

Result<std::unique_ptr<Sockets>> Sockets::open(const SocketOptions& options, Log& log) {
  for (const std::string& endpoint :
       {options.endpoints.requests, options.endpoints.push, options.endpoints.events}) {
    if (auto good = config::check_endpoint(endpoint); !good) return std::unexpected(good.error());
  }
  guard_accept();
  auto state = std::make_unique<State>(options, log);
  try {
    state->open();
  } catch (const zmq::error_t& error) {
    return fail(Code::io, fmt::format("cannot make the ZeroMQ sockets: {}", error.what()));
  }
  if (!state->wake_fd) return fail(Code::io, "cannot make an eventfd: too many open files?");
  if (auto bound = state->bind_all(); !bound) return std::unexpected(bound.error());
  state->endpoints = {state->requests.bound, state->push.bound, state->events.bound};
  return std::unique_ptr<Sockets>(new Sockets(std::move(state)));
}

Sockets::Sockets(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sockets::~Sockets() = default;

Sockets::Ready Sockets::wait(std::chrono::milliseconds time, bool push) {
  State& s = *state_;
  std::array<zmq::pollitem_t, 7> items = {
      {{nullptr, s.wake_fd.get(), ZMQ_POLLIN, 0},
       {s.requests.socket.handle(), 0, ZMQ_POLLIN, 0},
       {s.push.socket.handle(), 0, static_cast<short>(push ? ZMQ_POLLIN : 0), 0},
       {s.events.socket.handle(), 0, ZMQ_POLLIN, 0},
       {s.requests.monitor.handle(), 0, ZMQ_POLLIN, 0},
       {s.push.monitor.handle(), 0, ZMQ_POLLIN, 0},
       {s.events.monitor.handle(), 0, ZMQ_POLLIN, 0}}};
  const auto readable = [&](std::size_t item) { return (items[item].revents & ZMQ_POLLIN) != 0; };
  try {
    zmq::poll(items.data(), items.size(), time);
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw;
    return {};
  }
  if (readable(0)) {
    std::uint64_t count = 0;
    (void)!::read(s.wake_fd.get(), &count, sizeof count);
  }
  if (readable(3)) s.take_subscriptions();
  if (readable(4) || readable(5) || readable(6)) {
    for (Door* door : s.doors()) count_connections(*door);
  }
  return {.requests = readable(1), .push = readable(2), .woken = readable(0)};
}

void Sockets::wake() {
  const std::uint64_t one = 1;
  (void)!::write(state_->wake_fd.get(), &one, sizeof one);
}

bool Sockets::receive_requests(int most, const std::function<void(Peer, Frames)>& handler) {
  State& s = *state_;
  for (int i = 0; i < most; ++i) {
    if (!s.receive(s.requests)) return false;
    Frames frames = s.views;
    Peer peer{.routing = std::string(frames.front()), .envelope = {}};
    frames = frames.subspan(1);
    const std::size_t envelope = wire::envelope_frames(frames);
    for (const std::string_view frame : frames.first(envelope)) peer.envelope.emplace_back(frame);
    handler(std::move(peer), frames.subspan(envelope));
  }
  return true;
}

bool Sockets::receive_pushed(int most, const std::function<void(Frames)>& handler) {
  State& s = *state_;
  for (int i = 0; i < most; ++i) {
    if (!s.receive(s.push)) return false;
    const Frames frames = s.views;
    handler(frames.subspan(wire::envelope_frames(frames)));
  }
  return true;
}

bool Sockets::reply(const Peer& peer, std::string_view frame) {
  zmq::socket_t& socket = state_->requests.socket;
  const auto more = zmq::send_flags::dontwait | zmq::send_flags::sndmore;
  try {
    // Only the first frame can fail: for want of the peer, or of room in its queue.
    if (!socket.send(zmq::buffer(peer.routing), more)) return false;
    for (const std::string& part : peer.envelope) (void)socket.send(zmq::buffer(part), more);
    (void)socket.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    return true;
  } catch (const zmq::error_t&) {
    return false;
  }
}

void Sockets::publish(std::string_view topic, std::string_view body) {
  try {
    (void)state_->events.socket.send(zmq::buffer(topic),
                                     zmq::send_flags::dontwait | zmq::send_flags::sndmore);
    (void)state_->events.socket.send(zmq::buffer(body), zmq::send_flags::dontwait);
  } catch (const zmq::error_t& error) {
    state_->log.warning("an event was not published",
                        {{"topic", std::string(topic)}, {"reason", error.what()}});
  }
}

void Sockets::watch_subscriptions(OnSubscription hears) {
  state_->on_subscription = std::move(hears);
}

int Sockets::connections() const {
  return state_->requests.connections + state_->push.connections + state_->events.connections;
}

const wire::Endpoints& Sockets::endpoints() const {
  return state_->endpoints;
}

}  // namespace docwright::daemon
