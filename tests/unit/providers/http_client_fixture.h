// An HTTP client against a server that does what a test says.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "providers/http_client.h"
#include "runtime/task_group.h"
#include "tests/support/scripted_server.h"

namespace docwright::providers {

using namespace std::chrono_literals;
using Server = docwright::testing::ScriptedServer;
using Then = Server::Then;
using Outcome = CallResult<HttpResponse>;

inline HttpRequest post(const std::string& url, std::string body = "{}") {
  return {"POST", url, {{"Content-Type", "application/json"}}, std::move(body)};
}

// The network runs on real time; the loop counts what it waits for and ends when all is answered.
class HttpClientFixture : public ::testing::Test {
 protected:
  void open(HttpLimits limits = {}, std::string proxy = {}, std::string ca_file = {}) {
    client_ = std::make_unique<HttpClient>(
        loop_, HttpOptions{limits, std::move(proxy), std::move(ca_file)});
  }

  Task<void> ask(HttpRequest request, Moment deadline) {
    Outcome outcome = co_await client_->send(std::move(request), deadline);
    outcomes_.push_back(std::move(outcome));
  }
  Task<void> ask_in_turn(std::string url, int times) {
    for (int i = 0; i < times; ++i) co_await ask(post(url), clock_.moment() + 20s);
  }
  Task<void> ask_then_cancel(HttpRequest request, Duration within, TaskGroup::Handle other) {
    co_await ask(std::move(request), clock_.moment() + within);
    other.cancel();
  }
  TaskGroup::Handle start(HttpRequest request, Duration within = 20s) {
    if (client_ == nullptr) open();
    return tasks_.spawn("ask", ask(std::move(request), clock_.moment() + within));
  }
  Outcome one(HttpRequest request, Duration within = 20s) {
    start(std::move(request), within);
    loop_.run_until_idle();
    EXPECT_EQ(outcomes_.size(), 1U);
    EXPECT_EQ(client_->in_flight(), 0U);
    return outcomes_.empty() ? std::unexpected(CallError{}) : outcomes_.front();
  }
  Task<void> ask_into(std::string url, ResponseSink& sink, CallResult<void>& outcome) {
    outcome = co_await client_->send(post(url), clock_.moment() + 20s, sink);
  }
  CallResult<void> one_into(const std::string& url, ResponseSink& sink) {
    CallResult<void> outcome;
    if (client_ == nullptr) open();
    tasks_.spawn("ask", ask_into(url, sink, outcome));
    loop_.run_until_idle();
    return outcome;
  }
  CallError failure_of(HttpRequest request, Duration within = 20s) {
    const Outcome outcome = one(std::move(request), within);
    EXPECT_FALSE(outcome.has_value()) << outcome->body;
    return outcome.has_value() ? CallError{} : outcome.error();
  }

  ManualClock clock_;
  Loop loop_{clock_};
  TaskGroup tasks_{loop_, [](const std::string& name, const std::exception_ptr&) {
                     ADD_FAILURE() << name << " threw";
                   }};
  std::vector<Outcome> outcomes_;  // in the order of their ends
  std::unique_ptr<HttpClient> client_;
};

}  // namespace docwright::providers
