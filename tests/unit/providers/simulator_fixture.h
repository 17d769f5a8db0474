// A simulator on a thread, and docwright's own codec and client against it.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "providers/http_client.h"
#include "providers/simulator/simulator.h"
#include "providers/wire/sse.h"
#include "runtime/task_group.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {

using namespace std::chrono_literals;
using simulator::FaultKind;
using simulator::Scenario;
using simulator::Server;

class SimulatorFixture : public ::testing::Test {
 protected:
  void run(Server server) { run(simulator::one_server(std::move(server))); }
  void run(const Scenario& scenario) {
    stop();
    simulator_ = std::make_unique<simulator::Simulator>(scenario, *models_);
    thread_ = std::thread([this] { simulator_->run(); });
  }
  void stop() {
    client_.reset();  // its connections are closed before the server's thread ends
    if (simulator_ == nullptr) return;
    simulator_->stop();
    thread_.join();
    simulator_.reset();
  }
  void TearDown() override { stop(); }

  static Server with_fault(std::string_view fault) {
    Server server;
    server.faults.push_back(*simulator::parse_fault(fault));
    return server;
  }

  Question question(std::string text = "Which?",
                    const Json& schema = testing::shared_schema()) const {
    Question question;
    question.model = "gpt-4o";
    question.messages = {
        {"system", "You document code."},
        {"user", std::move(text) + "\n```json\n" + testing::facts().dump() + "\n```\n"}};
    question.answer_tokens_max = 4000;
    question.schema_name = "documents";
    question.schema = std::make_shared<const Json>(schema);
    return question;
  }

  Task<void> send(HttpRequest request, CallResult<HttpResponse>& result) {
    result = co_await client_->send(std::move(request), clock_.moment() + 60s);
  }
  CallResult<HttpResponse> exchange(HttpRequest request) {
    if (client_ == nullptr) {
      client_ = std::make_unique<HttpClient>(loop_, HttpOptions{limits_, {}, {}});
    }
    CallResult<HttpResponse> result = std::unexpected(CallError{});
    tasks_.spawn("send", send(std::move(request), result));
    loop_.run_until_idle();
    return result;
  }
  // The same as a stream; what has come when it ends early goes into `text`.
  CallResult<Answer> ask_streamed(const Question& question, std::string* text = nullptr) {
    const Codec& codec = *providers_.find("openai")->codec;
    const auto response = exchange(codec.encode(question, {}, {base_url(), "k", "", {}}, true));
    if (!response) return std::unexpected(response.error());
    EXPECT_EQ(header(response->headers, "content-type"), "text/event-stream");
    const std::unique_ptr<EventReader> reader = codec.events(question, {});
    wire::SseReader events(
        [&](std::string_view name, std::string_view data) { reader->event(name, data); });
    events.feed(response->body);
    events.end();
    if (text != nullptr) *text = reader->text();
    return reader->end();
  }
  std::string base_url() const {
    return "http://127.0.0.1:" + std::to_string(simulator_->port()) + "/v1";
  }
  CallResult<Answer> ask(const Question& question) {
    const Codec& codec = *providers_.find("openai")->codec;
    HttpRequest request =
        codec.encode(question, {}, {base_url(), "k", "", {{"traceparent", "00-1"}}}, false);
    CallResult<HttpResponse> response = exchange(std::move(request));
    if (!response) return std::unexpected(response.error());
    return codec.decode(*response, question, {});
  }
  Json get(const std::string& path) {
    const std::string root = base_url().substr(0, base_url().size() - 3);
    const CallResult<HttpResponse> response = exchange({"GET", root + path, {}, {}});
    return response ? Json::parse(response->body) : Json();
  }
  CallError refusal(const Question& question) {
    const CallResult<Answer> answer = ask(question);
    EXPECT_FALSE(answer.has_value()) << answer->text;
    return answer ? CallError{} : answer.error();
  }

  const Registry providers_ = all_providers();
  const Result<Models> models_ = Models::shipped(providers_);
  ManualClock clock_;
  Loop loop_{clock_};
  TaskGroup tasks_{
      loop_, [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  HttpLimits limits_;
  std::unique_ptr<HttpClient> client_;
  std::unique_ptr<simulator::Simulator> simulator_;
  std::thread thread_;
};

}  // namespace docwright::providers
