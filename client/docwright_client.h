// The client library: submit sources, follow jobs, fetch documents. It stands alone: nothing of the
// command line is in it.
//
//   auto client = client::Client::connect(client::candidates({}, environment), {});
//   auto reply = (*client)->submit(
//       {.request = {.project = "shop", .jobs = {{.path = "a.py"}}}, .blobs = {source}});
//   auto end = (*client)->wait({.batch = reply->batch}, std::chrono::minutes(5));
//   auto read = (*client)->each_document({{.batch = reply->batch}}, [](wire::DocumentView each) {
//     std::cout << each.symbol << "\n";
//     return true;
//   });
//
// Every wait is bounded. A request that stays without an answer is sent again (the daemon may have
// been restarted); this is harmless: reading repeats nothing, and every job of a submit has a key,
// one of ours where the caller gave none.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/endpoint.h"
#include "runtime/clock.h"
#include "runtime/error.h"
#include "schemas/wire.h"

namespace docwright::client {

struct Options {
  Duration connect_timeout = std::chrono::seconds(3);  // of each candidate
  // Of each request, beyond what it waits for by itself.
  Duration timeout = std::chrono::seconds(60);
  // Until a request is sent again for the first time; each further pause is twice as long.
  Duration resend_after = std::chrono::seconds(5);
  // A descriptor that ends any wait with Code::cancelled when it becomes readable (a signalfd); -1:
  // none.
  int interrupt = -1;
};

// A request about these jobs.
template <class Request>
Request request_for(const wire::Selection& which) {
  Request request;
  static_cast<wire::Selection&>(request) = which;
  return request;
}

// One message: job N's `blob` says which of the blobs is its source.
struct Submission {
  wire::SubmitRequest request;
  std::vector<std::string> blobs;
};

class Subscription;

// One connection. One thread at a time; not movable. Errors: what the daemon said; `unavailable`
// where it does not answer.
class Client final {
 public:
  // The first candidate that answers a ping. Else `unavailable`, with every candidate and its
  // reason.
  static Result<std::unique_ptr<Client>> connect(std::vector<Endpoint> candidates, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Endpoint& endpoint() const;
  // What the daemon said of itself when the connection was made: limits, endpoints, paths.
  const wire::PingReply& daemon() const;

  // Any request but a submit. `waits`: the time that the request itself asks the daemon to wait.
  template <class Request>
  Result<typename Request::Reply> ask(const Request& request, Duration waits = {});

  // Durable when it returns. Missing keys are filled in.
  Result<wire::SubmitReply> submit(Submission submission);
  // Many messages, up to `window` of them unanswered. `next` yields them until it yields none;
  // `accepted` hears of each, in the order of the answers. A full queue (`busy`) is waited for.
  // Ends at the first refusal, after the answers to what was sent before.
  using Next = std::function<Result<std::optional<Submission>>()>;
  using OnAccepted = std::function<void(const Submission&, const wire::SubmitReply&)>;
  Result<void> submit_all(const Next& next, const OnAccepted& accepted, std::size_t window = 8);

  // Until every job of the selection has ended, or the time is over (`done` says which). `heard`
  // gets each summary on the way, at least once every `beat`; it ends the wait by returning false.
  using OnSummary = std::function<bool(const wire::Summary&)>;
  Result<wire::WaitReply> wait(const wire::Selection& which, Duration time,
                               const OnSummary& heard = {},
                               Duration beat = std::chrono::seconds(1));

  // All pages; `each` ends them by returning false.
  Result<void> each_job(wire::ListRequest request, const std::function<bool(wire::JobView)>& each);
  Result<void> each_job(wire::StatusRequest request,
                        const std::function<bool(wire::JobView)>& each);
  Result<void> each_document(wire::ResultRequest request,
                             const std::function<bool(wire::DocumentView)>& each);

  // Events of these topics (prefixes), from now on. The Client must outlive the subscription.
  Result<std::unique_ptr<Subscription>> subscribe(const std::vector<std::string>& topics);

 private:
  friend class Subscription;
  struct Implementation;
  explicit Client(std::unique_ptr<Implementation> implementation);
  static Result<std::unique_ptr<Client>> connect_to(const Endpoint& endpoint,
                                                    const Options& options);
  // The reply's header frame for a request's.
  Result<std::string> exchange(const wire::Verb& verb, Duration waits);

  std::unique_ptr<Implementation> implementation_;
};

// Events as they come. They are numbered: a gap means that some were missed; events_since has them.
class Subscription final {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // None: nothing came in this time.
  Result<std::optional<wire::ReceivedEvent>> next(Duration time);

 private:
  friend class Client;
  struct Implementation;
  explicit Subscription(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

template <class Request>
Result<typename Request::Reply> Client::ask(const Request& request, Duration waits) {
  static_assert(!std::is_same_v<Request, wire::SubmitRequest>,
                "submit() gives the jobs their keys");
  Result<std::string> frame = exchange(wire::Verb{request}, waits);
  if (!frame) return std::unexpected(std::move(frame.error()));
  auto received = wire::parse_reply<typename Request::Reply>(*frame);
  if (!received) return std::unexpected(std::move(received.error()));
  return std::move(received->reply);
}

}  // namespace docwright::client
