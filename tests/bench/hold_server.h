// A loopback server that holds its answers back until as many requests as one wants are in flight.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace docwright::bench {

// Serves on a thread of its own, until destroyed. Plain: nothing until all are here, then each gets
// its answer after the latency. Streamed: a first event at once, one in each tenth of the latency,
// and the end.
class HoldServer final {
 public:
  HoldServer(int requests, bool streamed, std::chrono::milliseconds latency);
  ~HoldServer();
  HoldServer(const HoldServer&) = delete;
  HoldServer& operator=(const HoldServer&) = delete;

  std::string url() const;
  // Until the last of the requests has come; false: it did not within the time.
  bool await_all(std::chrono::seconds time);
  bool answered() const { return answered_; }

 private:
  struct Connection {
    std::string request;
    bool held = false;
  };
  using Clock = std::chrono::steady_clock;

  void serve();
  void accept_all();
  void read_from(int fd);
  void hold(int fd, Connection& connection);
  void answer_all(const std::string& piece);

  const int requests_;
  const bool streamed_;
  const std::chrono::milliseconds latency_;
  int listener_ = -1;
  int epoll_ = -1;
  int port_ = 0;
  // The server's thread only.
  std::unordered_map<int, Connection> connections_;
  int held_ = 0;
  // Any thread.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool all_here_ = false;  // Guarded by mutex_.
  std::atomic<bool> answered_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace docwright::bench
