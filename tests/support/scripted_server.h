// A loopback server that answers with exactly the bytes that a script says: cut, garbled, late,
// never.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace docwright::testing {

// A thread per connection; the destructor ends them all. The script runs on those threads, one at a
// time.
class ScriptedServer final {
 public:
  enum class Then { keep, close, reset, hold };  // hold: says nothing more until the client is gone
  struct Turn {
    std::string bytes;
    Then then = Then::keep;
  };
  struct Request {
    int number = 0;      // of all, from 1
    int connection = 0;  // from 1
    std::string head, body;
  };
  using Script = std::function<Turn(const Request&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    if (::listen(listener_, 128) != 0) std::abort();
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }

  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(const std::string& path = "/v1/chat/completions") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

  // A whole answer with its length.
  static std::string answer(int status, const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
  }

 private:
  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, connection = ++connections_] { serve(fd, connection); });
    }
  }

  void serve(int fd, int connection) {
    std::string buffer;
    Then then = Then::keep;
    while (then == Then::keep) {
      Request request;
      request.connection = connection;
      if (!read_request(fd, buffer, request)) break;
      const Turn turn = next(std::move(request));
      send_all(fd, turn.bytes);
      then = turn.then;
    }
    if (then == Then::hold) {
      char ignored[256];
      while (::recv(fd, ignored, sizeof(ignored), 0) > 0) {
      }
    }
    if (then == Then::reset) {
      const linger abrupt{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof(abrupt));
    }
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
  }

  Turn next(Request request) {
    const std::lock_guard lock(mutex_);
    request.number = static_cast<int>(requests_.size()) + 1;
    requests_.push_back(std::move(request));
    return script_(requests_.back());
  }

  static bool read_request(int fd, std::string& buffer, Request& request) {
    std::size_t end = buffer.npos;
    while ((end = buffer.find("\r\n\r\n")) == buffer.npos) {
      if (!read_more(fd, buffer)) return false;
    }
    request.head = buffer.substr(0, end + 4);
    std::size_t length = 0;
    const std::size_t field = request.head.find("Content-Length: ");
    if (field != request.head.npos) length = std::stoul(request.head.substr(field + 16));
    while (buffer.size() < end + 4 + length) {
      if (!read_more(fd, buffer)) return false;
    }
    request.body = buffer.substr(end + 4, length);
    buffer.erase(0, end + 4 + length);
    return true;
  }

  static bool read_more(int fd, std::string& buffer) {
    char bytes[65536];
    const ssize_t count = ::recv(fd, bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  static void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  // Guarded by mutex_ (threads_: until the acceptor has ended).
  std::vector<Request> requests_;
  std::vector<int> open_;
  int connections_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace docwright::testing
