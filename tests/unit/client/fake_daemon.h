// A daemon that says what a test tells it to, on a socket of its own.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/docwright_client.h"

namespace docwright::test {

class FakeDaemon final {
 public:
  // What one request was; blobs as they came.
  struct Asked {
    std::string id;
    wire::Verb verb;
    std::vector<std::string> blobs;
  };
  // The reply's frame; none: silence. Called on the daemon's own thread, one request at a time.
  // Pings are answered by themselves.
  using Answer = std::function<std::optional<std::string>(const Asked&)>;

  explicit FakeDaemon(Answer answer);
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  client::Endpoint endpoint() const;
  // Sends on the events socket until somebody has subscribed and got it.
  void publish(const wire::EventView& event);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docwright::test
