#include "client/docwright_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include "runtime/id.h"

namespace docwright::client {
namespace {

constexpr Duration kBusyWait = std::chrono::seconds(1);  // where `busy` does not say how long
constexpr std::string_view kSilent = "the daemon at {} has not answered for {} s";

int milliseconds(Duration time) {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, 60'000));
}

// Waits until the socket has something to read. False: the time is over.
Result<bool> readable(zmq::socket_t& socket, int interrupt, Duration time) {
  std::array<zmq::pollitem_t, 2> items{
      {{socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, interrupt, ZMQ_POLLIN, 0}}};
  const std::size_t watched = interrupt >= 0 ? 2 : 1;
  try {
    zmq::poll(items.data(), watched, std::chrono::milliseconds(milliseconds(time)));
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) return fail(Code::io, error.what());
  }
  if (items[1].revents != 0) return fail(Code::cancelled, "interrupted");
  return items[0].revents != 0;
}

void fill_keys(wire::SubmitRequest& request, Time now) {
  for (wire::SubmitJob& job : request.jobs) {
    if (job.key.empty()) job.key = new_id(now);
  }
}

}  // namespace

// Requests under way on one DEALER socket.
struct Client::Implementation {
  using Message = std::shared_ptr<const Submission>;  // whose blobs go with a header; null: none do
  struct Asked {
    std::string header;
    Message message;
    Moment send_at{};  // again, unless the answer is there before
    Duration pause{};  // between this sending and the next
    Moment give_up{};
  };

  Implementation(Endpoint endpoint_in, Options options_in)
      : endpoint(std::move(endpoint_in)), options(options_in) {
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);  // bounded by the window of submit_all
    socket.set(zmq::sockopt::heartbeat_ivl, 10'000);
    socket.set(zmq::sockopt::heartbeat_timeout, 30'000);
    socket.connect(endpoint.address);
  }

  // Sends; the id under which the answer will come.
  std::string ask(const wire::Verb& verb, Message message, Duration waits) {
    const std::string id = fmt::format("c{}", ++last_id);
    Asked one{wire::render_request({.id = id, .verb = verb}), std::move(message)};
    const Moment now = clock.moment();
    one.pause = options.resend_after + waits;
    one.give_up = now + options.timeout + waits;
    send(one);
    asked.emplace(id, std::move(one));
    return id;
  }

  void send(Asked& one) {
    const std::span<const std::string> blobs =
        one.message ? std::span(one.message->blobs) : std::span<const std::string>();
    socket.send(zmq::buffer(one.header),
                blobs.empty() ? zmq::send_flags::none : zmq::send_flags::sndmore);
    for (const std::string& blob : blobs) {
      const bool last = &blob == &blobs.back();
      socket.send(zmq::buffer(blob), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
    one.send_at = clock.moment() + one.pause;
    one.pause *= 2;
  }

  // The next answer to anything asked: its id and its frame. Answers to what is no longer asked are
  // passed over.
  Result<std::pair<std::string, std::string>> next_answer() {
    while (true) {
      if (auto repeated = repeat_what_is_due(); !repeated) return std::unexpected(repeated.error());
      auto ready = readable(socket, options.interrupt, until_next_sending());
      if (!ready) return std::unexpected(ready.error());
      if (!*ready) continue;
      std::vector<zmq::message_t> frames;
      if (!zmq::recv_multipart(socket, std::back_inserter(frames), zmq::recv_flags::dontwait) ||
          frames.empty())
        continue;
      std::string frame = frames.back().to_string();
      const std::string id = id_of(frame);
      if (asked.erase(id) > 0) return std::pair(id, std::move(frame));
    }
  }

  static std::string id_of(std::string_view frame) {
    const auto json = parse_json(frame);
    if (!json || !json->is_object() || !json->contains("id") || !(*json)["id"].is_string())
      return {};
    return (*json)["id"].get<std::string>();
  }

  Result<void> repeat_what_is_due() {
    const Moment now = clock.moment();
    for (auto& [id, one] : asked) {
      if (now >= one.give_up) {
        asked.clear();
        const auto waited =
            std::chrono::duration_cast<std::chrono::seconds>(options.timeout).count();
        return fail(Code::unavailable,
                    fmt::format(fmt::runtime(kSilent), endpoint.address, waited));
      }
      if (now >= one.send_at) send(one);
    }
    return {};
  }

  Duration until_next_sending() const {
    Moment next = clock.moment() + std::chrono::seconds(60);
    for (const auto& [id, one] : asked) next = std::min({next, one.send_at, one.give_up});
    return std::max(next - clock.moment(), Duration{});
  }

  // Pause without anything to read; interruptible.
  Result<void> sleep(Duration time) {
    zmq::pollitem_t item{nullptr, options.interrupt, ZMQ_POLLIN, 0};
    zmq::poll(&item, options.interrupt >= 0 ? 1 : 0, std::chrono::milliseconds(milliseconds(time)));
    if (item.revents != 0) return fail(Code::cancelled, "interrupted");
    return {};
  }

  // Constant after construction, but for the daemon, which connect() fills in.
  const Endpoint endpoint;
  const Options options;
  wire::PingReply daemon;
  const SystemClock clock;

  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::dealer};
  std::map<std::string, Asked> asked;
  std::uint64_t last_id = 0;
};

Client::Client(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Client::~Client() = default;

const Endpoint& Client::endpoint() const {
  return implementation_->endpoint;
}
const wire::PingReply& Client::daemon() const {
  return implementation_->daemon;
}

Result<std::unique_ptr<Client>> Client::connect(std::vector<Endpoint> candidates, Options options) {
  std::string tried;
  for (const Endpoint& endpoint : candidates) {
    Result<void> listens = probe(endpoint);
    if (listens) {
      Options brief = options;
      brief.timeout = options.connect_timeout;
      // A ping that a restart of the daemon has swallowed is sent again in time.
      brief.resend_after = std::min(options.resend_after, options.connect_timeout / 6);
      try {
        Client first(std::make_unique<Implementation>(endpoint, brief));
        auto pong = first.ask(wire::PingRequest{});
        if (pong) {
          auto client = std::unique_ptr<Client>(
              new Client(std::make_unique<Implementation>(endpoint, options)));
          client->implementation_->daemon = std::move(*pong);
          return client;
        }
        if (pong.error().code == Code::cancelled) return std::unexpected(pong.error());
        listens = std::unexpected(pong.error());
      } catch (const zmq::error_t& error) {
        listens = fail(Code::unavailable, error.what());
      }
    }
    tried +=
        fmt::format("\n  {} ({}): {}", endpoint.address, endpoint.origin, listens.error().message);
  }
  return fail(Code::unavailable, fmt::format("no docwright daemon answers; looked at{}", tried));
}

Result<std::string> Client::exchange(const wire::Verb& verb, Duration waits) {
  try {
    implementation_->asked.clear();
    implementation_->ask(verb, nullptr, waits);
    auto answer = implementation_->next_answer();
    if (!answer) return std::unexpected(std::move(answer.error()));
    return std::move(answer->second);
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
template <class Line>
struct Window {
  Line& line;
  const Client::OnAccepted& accepted;
  std::map<std::string, std::shared_ptr<const Submission>> sent;
  std::optional<Error> refusal;
  bool exhausted = false;
  Moment busy_until{};  // a full queue is waited for until then

  void post(std::shared_ptr<const Submission> message) {
    const std::string id = line.ask(wire::Verb{message->request}, message, {});
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
        fill_keys((*submission)->request, line.clock.now());
        post(std::make_shared<const Submission>(std::move(**submission)));
      }
    }
  }

  Result<void> take(const std::string& id, const std::string& frame) {
    auto node = sent.extract(id);
    if (node.empty()) return {};
    auto received = wire::parse_reply<wire::SubmitReply>(frame);
    const Result<wire::SubmitReply> reply =
        received ? std::move(received->reply) : std::unexpected(received.error());
    if (reply) {
      busy_until = line.clock.moment() + line.options.timeout;
      accepted(*node.mapped(), *reply);
    } else if (reply.error().code == Code::busy && !refusal && line.clock.moment() < busy_until) {
      const Duration pause =
          reply.error().retry_after ? Duration(*reply.error().retry_after) : kBusyWait;
      if (auto slept = line.sleep(pause); !slept) return slept;
      post(std::move(node.mapped()));
    } else if (!refusal) {
      refusal = reply.error();
    }
    return {};
  }
};

}  // namespace

Result<void> Client::submit_all(const Next& next, const OnAccepted& accepted, std::size_t window) {
  Implementation& line = *implementation_;
  Window<Implementation> under_way{.line = line, .accepted = accepted};
  under_way.busy_until = line.clock.moment() + line.options.timeout;
  try {
    line.asked.clear();
    for (under_way.fill(next, window); !under_way.sent.empty(); under_way.fill(next, window)) {
      auto answer = line.next_answer();
      if (!answer) return std::unexpected(std::move(answer.error()));
      if (auto taken = under_way.take(answer->first, answer->second); !taken) return taken;
    }
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
  if (under_way.refusal) return std::unexpected(std::move(*under_way.refusal));
  return {};
}

Result<wire::WaitReply> Client::wait(const wire::Selection& which, Duration time,
                                     const OnSummary& heard, Duration beat) {
  const Moment end = implementation_->clock.moment() + time;
  while (true) {
    const Duration left = std::max(end - implementation_->clock.moment(), Duration{});
    wire::WaitRequest request;
    static_cast<wire::Selection&>(request) = which;
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
    zmq::socket_t socket(implementation_->context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::linger, 0);
    for (const std::string& topic : topics) socket.set(zmq::sockopt::subscribe, topic);
    socket.connect(implementation_->daemon.endpoints.events);
    return std::unique_ptr<Subscription>(
        new Subscription(std::make_unique<Subscription::Implementation>(
            Subscription::Implementation{std::move(socket), implementation_->options.interrupt})));
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
}

Result<std::optional<wire::ReceivedEvent>> Subscription::next(Duration time) {
  try {
    auto ready = readable(implementation_->socket, implementation_->interrupt, time);
    if (!ready) return std::unexpected(std::move(ready.error()));
    std::vector<zmq::message_t> frames;
    if (!*ready || !zmq::recv_multipart(implementation_->socket, std::back_inserter(frames),
                                        zmq::recv_flags::dontwait)) {
      return std::nullopt;
    }
    if (frames.size() < 2) return fail(Code::invalid_request, "an event without its second frame");
    auto event = wire::parse_event(frames[1].to_string_view());
    if (!event) return std::unexpected(std::move(event.error()));
    return std::optional(std::move(*event));
  } catch (const zmq::error_t& error) {
    return fail(Code::io, error.what());
  }
}

}  // namespace docwright::client
