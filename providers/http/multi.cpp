#include "providers/http/multi.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <new>
#include <stdexcept>

namespace docwright::providers::http {
namespace {

// Idle connections older than this are not used again: most load balancers drop them silently after
// 60 s or more.
constexpr long kIdleSecondsMax = 50;

constexpr int kIn = CURL_POLL_IN;
constexpr int kOut = CURL_POLL_OUT;

using Descriptor = boost::asio::posix::stream_descriptor;

void global_init() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

}  // namespace

// One file descriptor that libcurl waits for. Its own sockets are ours from open to close; others
// (the resolver thread's pipe) are watched through a duplicate, so that nobody closes what the
// reactor still knows.
struct Multi::Socket {
  Socket(Executor executor, int own_fd, curl_socket_t curl_fd)
      : descriptor(executor, own_fd), fd(curl_fd) {}

  bool duplicate() { return descriptor.is_open() && descriptor.native_handle() != fd; }
  void close() {
    closed = true;
    wanted = 0;
    ::close(descriptor.release());  // release() first: it takes the descriptor out of the reactor
  }

  Descriptor descriptor;
  const curl_socket_t fd;  // as libcurl knows it
  int wanted = 0;          // directions that libcurl waits for
  int waiting = 0;         // directions with a wait under way
  bool closed = false;
};

Multi::Multi(Loop& loop, std::size_t idle_connections_max, OnDone on_done, OnBroken on_broken)
    : loop_(loop),
      idle_connections_max_(idle_connections_max),
      on_done_(std::move(on_done)),
      on_broken_(std::move(on_broken)),
      timer_(loop.context()) {
  global_init();
  open();
}

Multi::~Multi() {
  curl_multi_cleanup(multi_);  // closes idle connections through on_close
  for (const auto& [fd, socket] : sockets_) socket->close();
}

void Multi::open() {
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(idle_connections_max_));
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

void Multi::prepare(const Easy& easy) {
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &Multi::on_open);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_CLOSESOCKETFUNCTION, &Multi::on_close);
  set(easy, CURLOPT_CLOSESOCKETDATA, this);
  set(easy, CURLOPT_MAXAGE_CONN, kIdleSecondsMax);
}

bool Multi::add(CURL* easy) {
  return curl_multi_add_handle(multi_, easy) == CURLM_OK;
}

void Multi::remove(CURL* easy) {
  curl_multi_remove_handle(multi_, easy);
}

// --- libcurl's callbacks: note and return ---

curl_socket_t Multi::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& multi = *static_cast<Multi*>(self);
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  try {
    auto socket = std::make_shared<Socket>(multi.loop_.executor(), fd, fd);
    multi.sockets_.insert_or_assign(fd, std::move(socket));
  } catch (const boost::system::system_error&) {  // the reactor cannot watch it
    ::close(fd);
    return CURL_SOCKET_BAD;
  }
  return fd;
}

int Multi::on_close(void* self, curl_socket_t fd) {
  auto& multi = *static_cast<Multi*>(self);
  const auto found = multi.sockets_.find(fd);
  if (found == multi.sockets_.end()) return ::close(fd);
  found->second->close();
  multi.sockets_.erase(found);
  return 0;
}

int Multi::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& multi = *static_cast<Multi*>(self);
  auto found = multi.sockets_.find(fd);
  if (what == CURL_POLL_REMOVE) {
    if (found == multi.sockets_.end()) return 0;
    found->second->wanted = 0;
    if (found->second->duplicate()) {
      found->second->close();
      multi.sockets_.erase(found);
    }
    return 0;
  }
  if (found == multi.sockets_.end()) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return -1;
    auto socket = std::make_shared<Socket>(multi.loop_.executor(), copy, fd);
    found = multi.sockets_.emplace(fd, std::move(socket)).first;
  }
  const std::shared_ptr<Socket>& socket = found->second;
  socket->wanted = what & (kIn | kOut);
  for (const int direction : {kIn, kOut}) {
    if ((socket->wanted & direction) != 0) multi.wait_for(socket, direction);
  }
  return 0;
}

int Multi::on_timer(CURLM*, long timeout_ms, void* self) {
  static_cast<Multi*>(self)->schedule(timeout_ms);
  return 0;
}

// --- the loop's side ---

void Multi::wait_for(const std::shared_ptr<Socket>& socket, int direction) {
  if ((socket->waiting & direction) != 0) return;
  socket->waiting |= direction;
  const auto wait = direction == kIn ? Descriptor::wait_read : Descriptor::wait_write;
  socket->descriptor.async_wait(wait,
                                [this, socket, direction](const boost::system::error_code& error) {
                                  socket->waiting &= ~direction;
                                  // A closed socket may have outlived the multi; every other one is
                                  // closed by it.
                                  if (!socket->closed) ready(socket, direction, bool(error));
                                });
}

void Multi::ready(const std::shared_ptr<Socket>& socket, int direction, bool failed) {
  if ((socket->wanted & direction) == 0) return;
  const auto alive = shared_from_this();
  int events = direction == kIn ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
  if (failed) events |= CURL_CSELECT_ERR;
  act(socket->fd, events);
  if (!socket->closed && (socket->wanted & direction) != 0) wait_for(socket, direction);
}

void Multi::schedule(long timeout_ms) {
  const std::uint64_t round = ++timer_round_;
  if (timeout_ms < 0) return;  // the timer may expire; its round is over
  auto expired = [weak = weak_from_this(), round] {
    const auto self = weak.lock();
    if (self != nullptr && self->timer_round_ == round) self->act(CURL_SOCKET_TIMEOUT, 0);
  };
  if (timeout_ms == 0) {
    boost::asio::post(loop_.executor(), std::move(expired));
    return;
  }
  timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  timer_.async_wait([expired = std::move(expired)](const boost::system::error_code& error) {
    if (!error) expired();
  });
}

void Multi::act(curl_socket_t fd, int events) {
  int running = 0;
  const CURLMcode code = curl_multi_socket_action(multi_, fd, events, &running);
  if (code != CURLM_OK) {
    rebuild(code);
  } else {
    drain();
  }
}

void Multi::drain() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message dies with the removal.
    CURL* const easy = message->easy_handle;
    const CURLcode result = message->data.result;
    curl_multi_remove_handle(multi_, easy);
    on_done_(easy, result);
  }
}

void Multi::rebuild(CURLMcode code) {
  ++timer_round_;
  on_broken_(curl_multi_strerror(code));
  curl_multi_cleanup(multi_);
  open();
}

}  // namespace docwright::providers::http
