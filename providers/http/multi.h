// libcurl's multi interface driven by the loop: its sockets and its timer, and nothing of HTTP.
//
// libcurl is never called from within its own callbacks: these only note what is wanted, and the
// loop calls in later. The file descriptors are ours (libcurl may close a socket before it says
// that it no longer waits for it), and a handle may finish on another handle's socket event, so the
// list of finished ones is drained after every event.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

#include "providers/http/curl.h"
#include "runtime/loop.h"

namespace docwright::providers::http {

// Loop thread only. Made by std::make_shared; events that arrive after its end find it gone.
class Multi final : public std::enable_shared_from_this<Multi> {
 public:
  // `on_done`: an easy handle has finished and left the multi. `on_broken`: libcurl lost its state,
  // every handle that was added is unusable; the multi has been made anew, without them. Both run
  // outside of libcurl; both may add and remove.
  using OnDone = std::function<void(CURL*, CURLcode)>;
  using OnBroken = std::function<void(const char* reason)>;
  Multi(Loop& loop, std::size_t idle_connections_max, OnDone on_done, OnBroken on_broken);
  ~Multi();  // no handle may be inside
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  // Options through which an easy handle's sockets become the loop's. Once for each handle.
  void prepare(const Easy& easy);
  // Starts the transfer. False: libcurl refused it.
  bool add(CURL* easy);
  // Ends the transfer at once; on_done is not called.
  void remove(CURL* easy);

 private:
  struct Socket;

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  static int on_close(void* self, curl_socket_t fd);

  void open();
  void wait_for(const std::shared_ptr<Socket>& socket, int direction);
  void ready(const std::shared_ptr<Socket>& socket, int direction, bool failed);
  void schedule(long timeout_ms);
  void act(curl_socket_t fd, int events);
  void drain();
  void rebuild(CURLMcode code);

  // Constant after construction.
  Loop& loop_;
  const std::size_t idle_connections_max_;
  const OnDone on_done_;
  const OnBroken on_broken_;

  CURLM* multi_ = nullptr;
  std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  boost::asio::steady_timer timer_;
  std::uint64_t timer_round_ = 0;  // an expiry of an earlier round is stale
};

}  // namespace docwright::providers::http
