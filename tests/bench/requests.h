// The other side of the comparison: HTTP requests by libcurl's multi interface and nothing else.
#pragma once
#include <chrono>
#include <string>

namespace docwright::bench {

struct BareRequests {
  std::chrono::microseconds cpu{};
  std::chrono::microseconds wall{};
};

// `count` POSTs of `body` to `url`, `window` at once, each answer read to its end; gives up where a
// status is not 200.
BareRequests send_bare(const std::string& url, const std::string& body, int count, int window);

// Listens on a free loopback port, answers the first request that comes with 400, and returns its
// body: what docwright sends.
class Capture final {
 public:
  Capture();
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  int port() const { return port_; }
  std::string body();  // waits for the request, at most 60 s

 private:
  int listener_ = -1;
  int port_ = 0;
};

}  // namespace docwright::bench
