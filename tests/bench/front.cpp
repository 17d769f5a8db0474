#include "tests/bench/front.h"

#include <fmt/core.h>
#include <zmq.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/bench/process.h"

namespace docwright::bench {

struct Front::State {
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_DEALER);
  int next_id = 0;

  void send(const std::string& header, const std::string* blob) {
    zmq_send(socket, header.data(), header.size(), blob ? ZMQ_SNDMORE : 0);
    if (blob) zmq_send(socket, blob->data(), blob->size(), 0);
  }

  // The header frame of the next reply; further frames are dropped.
  std::string receive() {
    std::string header;
    for (int more = 1; more != 0;) {
      zmq_msg_t message;
      zmq_msg_init(&message);
      if (zmq_msg_recv(&message, socket, 0) < 0)
        give_up(fmt::format("no reply: {}", zmq_strerror(zmq_errno())));
      const std::string_view frame(static_cast<const char*>(zmq_msg_data(&message)),
                                   zmq_msg_size(&message));
      if (header.empty() && frame.starts_with('{')) header = frame;
      more = zmq_msg_more(&message);
      zmq_msg_close(&message);
    }
    if (header.find(R"("ok":true)") == std::string::npos) give_up("refused: " + header);
    return header;
  }
};

Front::Front(const std::string& state_folder) : state_(std::make_unique<State>()) {
  const int wait_ms = 60'000;
  const int no_limit = 0;
  zmq_setsockopt(state_->socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
  zmq_setsockopt(state_->socket, ZMQ_LINGER, &no_limit, sizeof no_limit);
  zmq_connect(state_->socket, fmt::format("ipc://{}/docwright.sock", state_folder).c_str());
}

Front::~Front() {
  zmq_close(state_->socket);
  zmq_ctx_term(state_->context);
}

Json Front::ask(Json request) {
  request["docwright"] = 1;
  request["id"] = fmt::format("b{}", ++state_->next_id);
  state_->send(request.dump(), nullptr);
  return Json::parse(state_->receive());
}

std::chrono::microseconds Front::submit(int count, int window,
                                        const std::function<Submission(int)>& make) {
  struct Message {
    std::string header, blob;
  };
  std::vector<Message> messages;
  for (int number = 0; number < count; ++number) {
    Submission submission = make(number);
    submission.job["blob"] = 0;
    messages.push_back(
        {fmt::format(
             R"({{"docwright":1,"id":"s{}","verb":"submit","project":"bench","jobs":[{}]}})",
             number, submission.job.dump()),
         std::move(submission.source)});
  }
  const auto before = std::chrono::steady_clock::now();
  int sent = 0;
  for (int acknowledged = 0; acknowledged < count; ++acknowledged) {
    for (; sent < count && sent - acknowledged < window; ++sent) {
      const Message& message = messages[static_cast<std::size_t>(sent)];
      state_->send(message.header, &message.blob);
    }
    state_->receive();
  }
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               before);
}

void Front::await_idle() {
  for (int tries = 0; tries < 6000; ++tries) {
    const Json states = ask({{"verb", "stats"}}).at("states");
    if (states.value("queued", 0) + states.value("running", 0) + states.value("waiting", 0) == 0)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  give_up("jobs did not end within five minutes");
}

}  // namespace docwright::bench
