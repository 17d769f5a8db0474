// One attempt at one question: intent, sending, answer, each on the disk before the next. Belongs
// to the call desk, not to the job: once begun it ends by itself, whoever has stopped waiting.
#pragma once
#include <functional>
#include <variant>

#include "pipeline/call/inquiry.h"
#include "pipeline/call/text_listener.h"
#include "pipeline/ports.h"
#include "providers/http_client.h"

namespace docwright::pipeline {

// Sends one HTTP request, as providers::HttpClient does; a script in tests.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual Task<providers::CallResult<void>> send(providers::HttpRequest request, Moment deadline,
                                                 providers::ResponseSink& sink) = 0;
};

class HttpSender final : public Sender {
 public:
  explicit HttpSender(providers::HttpClient& client) : client_(client) {}  // outlives it
  Task<providers::CallResult<void>> send(providers::HttpRequest request, Moment deadline,
                                         providers::ResponseSink& sink) override {
    return client_.send(std::move(request), deadline, sink);
  }

 private:
  providers::HttpClient& client_;
};

// What an attempt works with; all outlive it.
struct AttemptParts {
  Loop& loop;
  Pool& pool;
  Journal& journal;
  Metrics& metrics;
  Sender& sender;
  TextListener* listener = nullptr;  // may be null
};

// How it ended. An Error: the store could not take it down, or no request could be written.
struct NotSent {
};  // nobody waits for it any more, or a pause has begun; the reservation is released
using AttemptOutcome = std::variant<RecordedAnswer, providers::CallError, Refused, NotSent, Error>;

struct AttemptOrder {
  std::shared_ptr<const Job> job;
  Inquiry inquiry;
  providers::Endpoint endpoint;
  int attempt = 1;  // of this question
  // Asked after the intent is on the disk, before the bytes go out.
  std::function<bool()> still_wanted;
  // Called when the bytes are about to go out, with the most that the call can cost.
  std::function<void(Nusd bound)> sending;
  // Called when the exchange is over, before its outcome is written down.
  std::function<void()> received;
  // Whether a cancellation between the two only cuts the exchange: its outcome is then `unknown`.
  std::function<bool()> is_cut;
  // Called with the head of whatever is answered, as it comes; from within the sender, so that
  // nothing may be sent there.
  std::function<void(int status, const providers::Headers&)> heard;
};
Task<AttemptOutcome> attempt(AttemptParts parts, std::shared_ptr<const AttemptOrder> order);

}  // namespace docwright::pipeline
