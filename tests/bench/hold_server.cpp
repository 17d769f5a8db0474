#include "tests/bench/hold_server.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/bench/process.h"

namespace docwright::bench {
namespace {

constexpr int kBacklog = 4096;
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string event(const std::string& delta, const std::string& finish) {
  return chunk(fmt::format(
      "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
      "\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}},\"finish_reason\":{}}}]}}\n\n",
      delta, finish));
}

std::string last_events() {
  return event("", "\"stop\"") +
         chunk(
             "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":700,"
             "\"completion_tokens\":200}}\n\ndata: [DONE]\n\n") +
         chunk("");
}

std::string plain_answer() {
  const std::string body = fmt::format(
      "{{\"id\":\"c\",\"model\":\"m\",\"choices\":[{{\"index\":0,\"finish_reason\":\"stop\","
      "\"message\":{{\"role\":\"assistant\",\"content\":\"{}\"}}}}],"
      "\"usage\":{{\"prompt_tokens\":700,\"completion_tokens\":200}}}}",
      std::string(800, 'x'));
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

// Whether the bytes are a whole request with a length.
bool is_whole(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::size_t field = request.find("Content-Length: ");
  if (field == std::string::npos || field > end) give_up("a request names no length");
  return request.size() >= end + 4 + std::stoul(request.substr(field + 16));
}

}  // namespace

HoldServer::HoldServer(int requests, bool streamed, std::chrono::milliseconds latency)
    : requests_(requests), streamed_(streamed), latency_(latency) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, kBacklog) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    give_up("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener_}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &wanted);
  thread_ = std::thread([this] { serve(); });
}

HoldServer::~HoldServer() {
  stopping_ = true;
  thread_.join();
  for (const auto& [fd, connection] : connections_) close(fd);
  close(epoll_);
  close(listener_);
}

std::string HoldServer::url() const {
  return fmt::format("http://127.0.0.1:{}/v1", port_);
}

bool HoldServer::await_all(std::chrono::seconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return all_here_; });
}

void HoldServer::serve() {
  std::array<epoll_event, 512> events;
  const auto beat = latency_ / 10;
  Clock::time_point next_beat = Clock::time_point::max();
  int beats = 0;
  while (!stopping_) {
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener_) {
        accept_all();
      } else {
        read_from(fd);
      }
    }
    if (held_ < requests_ || answered_) continue;
    if (next_beat == Clock::time_point::max()) {
      next_beat = Clock::now() + beat;
      const std::lock_guard lock(mutex_);
      all_here_ = true;
      changed_.notify_all();
    }
    if (Clock::now() < next_beat) continue;
    next_beat += beat;
    if (++beats < 10) {
      if (streamed_) answer_all(event(std::string(80, 'x'), "null"));
    } else {
      answered_ = true;
      answer_all(streamed_ ? last_events() : plain_answer());
    }
  }
}

void HoldServer::accept_all() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    connections_.try_emplace(fd);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted);
  }
}

void HoldServer::read_from(int fd) {
  Connection& connection = connections_[fd];
  std::array<char, 16384> buffer;
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got <= 0) {
    connections_.erase(fd);
    close(fd);
    return;
  }
  connection.request.append(buffer.data(), static_cast<std::size_t>(got));
  if (!connection.held && is_whole(connection.request)) hold(fd, connection);
}

void HoldServer::hold(int fd, Connection& connection) {
  connection.held = true;
  connection.request = {};
  ++held_;
  const std::string first = std::string(kStreamHead) + event(std::string(80, 'x'), "null");
  if (streamed_) (void)!write(fd, first.data(), first.size());
}

void HoldServer::answer_all(const std::string& piece) {
  for (const auto& [fd, connection] : connections_) {
    if (connection.held) (void)!write(fd, piece.data(), piece.size());
  }
}

}  // namespace docwright::bench
