// Requests under way on one DEALER socket: sent, sent again while they have no answer, answered.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "client/docwright_client.h"

namespace docwright::client {

// Until the socket has something to read. False: the time is over. `interrupt` as in Options.
Result<bool> readable(zmq::socket_t& socket, int interrupt, Duration time);

// The frames of one message; none: no message is there.
std::vector<std::string> receive(zmq::socket_t& socket);

// One thread at a time. Throws zmq::error_t; Client turns it into an Error.
class Connection final {
 public:
  using Message = std::shared_ptr<const Submission>;  // whose blobs go with a header; null: none do
  struct Answer {
    std::string id;
    std::string frame;
  };

  Connection(Endpoint endpoint, const Options& options);

  // Forgets what was asked before: its answers are passed over.
  void begin() { asked_.clear(); }
  // Sends; the id under which the answer will come. `waits`: how long the request itself asks the
  // daemon to wait.
  std::string ask(const wire::Verb& verb, Message message, Duration waits);
  // The next answer to anything asked. Errors: unavailable (none came in time), cancelled.
  Result<Answer> next_answer();
  // Reads nothing meanwhile. Errors: cancelled.
  Result<void> sleep(Duration time);

  const Endpoint& endpoint() const { return endpoint_; }
  const Options& options() const { return options_; }
  const Clock& clock() const { return clock_; }
  zmq::context_t& context() { return context_; }

 private:
  struct Asked {
    std::string header;
    Message message;
    Moment send_at{};  // again, unless the answer is there before
    Duration pause{};  // between this sending and the next
    Moment give_up{};
  };

  void send(Asked& one);
  Result<void> repeat_what_is_due();
  Duration until_next_sending() const;

  // Constant after construction.
  const Endpoint endpoint_;
  const Options options_;
  const SystemClock clock_;

  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
  std::map<std::string, Asked> asked_;  // by id
  std::uint64_t last_id_ = 0;
};

}  // namespace docwright::client
