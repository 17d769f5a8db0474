#include "tests/unit/client/fake_daemon.h"

#include <atomic>
#include <thread>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include "tests/support/temporary_folder.h"

namespace docwright::test {
namespace {

std::string address(const TemporaryFolder& folder, const std::string& name) {
  return "ipc://" + folder.file(name);
}

}  // namespace

struct FakeDaemon::State {
  explicit State(Answer answer_in) : answer(std::move(answer_in)) {
    requests.bind(address(folder, "docwright.sock"));
    events.bind(address(folder, "docwright.events"));
    thread = std::thread([this] { serve(); });
  }

  ~State() {
    stopping = true;
    thread.join();
  }

  void serve() {
    requests.set(zmq::sockopt::rcvtimeo, 5);
    while (!stopping) {
      std::vector<zmq::message_t> frames;
      if (!zmq::recv_multipart(requests, std::back_inserter(frames))) continue;
      const auto reply = reply_to(frames);
      if (!reply) continue;
      requests.send(frames.front(), zmq::send_flags::sndmore);
      requests.send(zmq::buffer(*reply), zmq::send_flags::none);
    }
  }

  std::optional<std::string> reply_to(const std::vector<zmq::message_t>& frames) {
    std::vector<std::string_view> texts;
    for (std::size_t i = 1; i < frames.size(); ++i) texts.push_back(frames[i].to_string_view());
    auto request = wire::parse_request(texts, {});
    if (!request) return wire::render_error(request.error().id, request.error().error);
    if (std::holds_alternative<wire::PingRequest>(request->verb)) {
      wire::PingReply pong;
      pong.endpoints.events = address(folder, "docwright.events");
      return wire::render_reply(request->id, pong);
    }
    return answer({request->id, request->verb, {texts.begin() + 1, texts.end()}});
  }

  const Answer answer;
  TemporaryFolder folder;
  zmq::context_t context;
  zmq::socket_t requests{context, zmq::socket_type::router};
  zmq::socket_t events{context, zmq::socket_type::xpub};
  std::atomic<bool> stopping = false;
  std::thread thread;
};

FakeDaemon::FakeDaemon(Answer answer) : state_(std::make_unique<State>(std::move(answer))) {}
FakeDaemon::~FakeDaemon() = default;

client::Endpoint FakeDaemon::endpoint() const {
  return {address(state_->folder, "docwright.sock"), "test"};
}

void FakeDaemon::publish(const wire::EventView& event) {
  zmq::message_t subscription;
  // An XPUB socket hears of each subscription: from then on nothing is lost.
  if (!state_->events.recv(subscription)) return;
  state_->events.send(zmq::buffer(event.topic), zmq::send_flags::sndmore);
  state_->events.send(zmq::buffer(wire::render_event(event, "instance")), zmq::send_flags::none);
}

}  // namespace docwright::test
