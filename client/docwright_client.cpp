#include "client/docwright_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "client/connection.h"
#include "runtime/id.h"

namespace docwright::client {
namespace {

constexpr Duration kBusyWait = std::chrono::seconds(1);  // where `busy` does not say how long

void fill_keys(wire::SubmitRequest& request, Time now) {
  for (wire::SubmitJob& job : request.jobs) {
    if (job.key.empty()) job.key = new_id(now);
  }
}

}  // namespace

struct Client::Implementation {
  Implementation(const Endpoint& endpoint, const Options& options)
      : connection(endpoint, options) {}

  Connection connection;
  wire::PingReply daemon;
};

Client::Client(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Client::~Client() = default;

const Endpoint& Client::endpoint() const {
  return implementation_->connection.endpoint();
}
const wire::PingReply& Client::daemon() const {
  return implementation_->daemon;
}

Result<std::unique_ptr<Client>> Client::connect_to(const Endpoint& endpoint,
                                                   const Options& options) {
  if (auto listens = probe(endpoint); !listens) return std::unexpected(std::move(listens.error()));
  Options brief = options;
  brief.timeout = options.connect_timeout;
  // A ping that a restart of the daemon has swallowed is sent again in time.
  brief.resend_after = std::min(options.resend_after, options.connect_timeout / 6);
  try {
    Client first(std::make_unique<Implementation>(endpoint, brief));
    auto pong = first.ask(wire::PingRequest{});
    if (!pong) return std::unexpected(std::move(pong.error()));
    std::unique_ptr<Client> client(new Client(std::make_unique<Implementation>(endpoint, options)));
    client->implementation_->daemon = std::move(*pong);
    return client;
  } catch (const zmq::error_t& error) {
    return fail(Code::unavailable, error.what());
  }
}

Result<std::unique_ptr<Client>> Client::connect(std::vector<Endpoint> candidates, Options options) {
  std::string tried;
  for (const Endpoint& endpoint : candidates) {
    auto client = connect_to(endpoint, options);
    if (client || client.error().code == Code::cancelled) return client;
    tried +=
        fmt::format("\n  {} ({}): {}", endpoint.address, endpoint.origin, client.error().message);
  }
  return fail(Code::unavailable, fmt::format("no docwright daemon answers; looked at{}", tried));
}

Result<std::string> Client::exchange(const wire::Verb& verb, Duration waits) {
  Connection& connection = implementation_->connection;
  try {
    connection.begin();
    connection.ask(verb, nullptr, waits);
    auto answer = connection.next_answer();
    if (!answer) return std::unexpected(std::move(answer.error()));
    return std::move(answer->frame);
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
}

Result<wire::SubmitReply> Client::submit(Submission submission) {
  std::optional<Submission> only = std::move(submission);
  wire::SubmitReply reply;
  auto sent = submit_all(
      [&only] { return Result<std::optional<Submission>>(std::exchange(only, std::nullopt)); },
      [&reply](const Submission&, const wire::SubmitReply& accepted) { reply = accepted; }, 1);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return reply;
}

namespace {

// What submit_all has under way: each message under the id of its latest sending, and why nothing
// more is sent.
struct Window {
  Connection& connection;
  const Client::OnAccepted& accepted;
  std::map<std::string, std::shared_ptr<const Submission>> sent;
  std::optional<Error> refusal;
  bool exhausted = false;
  Moment busy_until{};  // a full queue is waited for until then

  void post(std::shared_ptr<const Submission> message) {
    const std::string id = connection.ask(wire::Verb{message->request}, message, {});
    sent.emplace(id, std::move(message));
  }

  void fill(const Client::Next& next, std::size_t size) {
    while (!exhausted && !refusal && sent.size() < size) {
      auto submission = next();
      if (!submission) {
        refusal = std::move(submission.error());
      } else if (!*submission) {
        exhausted = true;
      } else {
        fill_keys((*submission)->request, connection.clock().now());
        post(std::make_shared<const Submission>(std::move(**submission)));
      }
    }
  }

  Result<void> take(const Connection::Answer& answer) {
    auto node = sent.extract(answer.id);
    if (node.empty()) return {};
    auto received = wire::parse_reply<wire::SubmitReply>(answer.frame);
    const Result<wire::SubmitReply> reply =
        received ? std::move(received->reply) : std::unexpected(received.error());
    if (reply) {
      busy_until = connection.clock().moment() + connection.options().timeout;
      accepted(*node.mapped(), *reply);
    } else if (reply.error().code == Code::busy && !refusal &&
               connection.clock().moment() < busy_until) {
      const Duration pause =
          reply.error().retry_after ? Duration(*reply.error().retry_after) : kBusyWait;
      if (auto slept = connection.sleep(pause); !slept) return slept;
      post(std::move(node.mapped()));
    } else if (!refusal) {
      refusal = reply.error();
    }
    return {};
  }
};

}  // namespace

Result<void> Client::submit_all(const Next& next, const OnAccepted& accepted, std::size_t window) {
  Connection& connection = implementation_->connection;
  Window under_way{.connection = connection, .accepted = accepted};
  under_way.busy_until = connection.clock().moment() + connection.options().timeout;
  try {
    connection.begin();
    for (under_way.fill(next, window); !under_way.sent.empty(); under_way.fill(next, window)) {
      auto answer = connection.next_answer();
      if (!answer) return std::unexpected(std::move(answer.error()));
      if (auto taken = under_way.take(*answer); !taken) return taken;
    }
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
  if (under_way.refusal) return std::unexpected(std::move(*under_way.refusal));
  return {};
}

Result<wire::WaitReply> Client::wait(const wire::Selection& which, Duration time,
                                     const OnSummary& heard, Duration beat) {
  const Clock& clock = implementation_->connection.clock();
  const Moment end = clock.moment() + time;
  while (true) {
    const Duration left = std::max(end - clock.moment(), Duration{});
    auto request = request_for<wire::WaitRequest>(which);
    request.timeout = std::min({left, beat, wire::kWaitMax});
    auto reply = ask(request, *request.timeout);
    if (!reply) return reply;
    const bool enough = heard && !heard(reply->summary);
    if (reply->done || enough || left <= *request.timeout) return reply;
  }
}

namespace {

// Page after page of one request; `entries` picks the page's list.
template <class Request, class Entry>
Result<void> each_entry(Client& client, Request request, Duration waits,
                        std::vector<Entry> Request::Reply::* entries,
                        const std::function<bool(Entry)>& each) {
  while (true) {
    auto page = client.ask(request, waits);
    if (!page) return std::unexpected(std::move(page.error()));
    for (Entry& entry : (*page).*entries) {
      if (!each(std::move(entry))) return {};
    }
    if (page->next.empty()) return {};
    request.after = std::move(page->next);
  }
}

}  // namespace

Result<void> Client::each_job(wire::ListRequest request,
                              const std::function<bool(wire::JobView)>& each) {
  return each_entry(*this, std::move(request), Duration{}, &wire::ListReply::jobs, each);
}

Result<void> Client::each_job(wire::StatusRequest request,
                              const std::function<bool(wire::JobView)>& each) {
  const Duration waits = request.wait;
  return each_entry(*this, std::move(request), waits, &wire::StatusReply::jobs, each);
}

Result<void> Client::each_document(wire::ResultRequest request,
                                   const std::function<bool(wire::DocumentView)>& each) {
  const Duration waits = request.wait;
  return each_entry(*this, std::move(request), waits, &wire::ResultReply::documents, each);
}

struct Subscription::Implementation {
  zmq::socket_t socket;
  int interrupt = -1;
};

Subscription::Subscription(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Subscription::~Subscription() = default;

Result<std::unique_ptr<Subscription>> Client::subscribe(const std::vector<std::string>& topics) {
  try {
    zmq::socket_t socket(implementation_->connection.context(), zmq::socket_type::sub);
    socket.set(zmq::sockopt::linger, 0);
    for (const std::string& topic : topics) socket.set(zmq::sockopt::subscribe, topic);
    socket.connect(implementation_->daemon.endpoints.events);
    return std::unique_ptr<Subscription>(new Subscription(
        std::make_unique<Subscription::Implementation>(Subscription::Implementation{
            std::move(socket), implementation_->connection.options().interrupt})));
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
}

Result<std::optional<wire::ReceivedEvent>> Subscription::next(Duration time) {
  try {
    auto ready = readable(implementation_->socket, implementation_->interrupt, time);
    if (!ready) return std::unexpected(std::move(ready.error()));
    if (!*ready) return std::nullopt;
    const std::vector<std::string> frames = receive(implementation_->socket);
    if (frames.empty()) return std::nullopt;
    if (frames.size() < 2) return fail(Code::invalid_request, "an event without its second frame");
    auto event = wire::parse_event(frames[1]);
    if (!event) return std::unexpected(std::move(event.error()));
    return std::optional(std::move(*event));
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
}

}  // namespace docwright::client
