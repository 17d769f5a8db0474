#include "providers/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_group.h"
#include "tests/support/scripted_server.h"

namespace docwright::providers {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using Server = docwright::testing::ScriptedServer;
using Then = Server::Then;
using Outcome = CallResult<HttpResponse>;

HttpRequest post(const std::string& url, std::string body = "{}") {
  return {"POST", url, {{"Content-Type", "application/json"}}, std::move(body)};
}

// A port on which nobody listens (any more).
std::string refused_url() {
  const Server gone([](const Server::Request&) { return Server::Turn{}; });
  return gone.url();
}

// A socket that nobody accepts from; where it listens. -1: there is none.
int listen_on_loopback(int backlog, sockaddr_in& address) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, backlog) != 0) return -1;
  return ::getsockname(listener, generic, &size) == 0 ? listener : -1;
}

// The network runs on real time; the loop counts what it waits for and ends when all is answered.
class HttpClientTest : public ::testing::Test {
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
    open();
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

TEST_F(HttpClientTest, SendsWhatItIsGivenAndReturnsAllOfTheAnswer) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(200, "{\"a\":1}", "X-Request-Id:  r1 \r\nX-Empty:\r\n")};
  });
  HttpRequest request = post(server.url(), R"({"q":"?"})");
  request.headers.emplace_back("Authorization", "Bearer k");
  const Outcome outcome = one(std::move(request));
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->status, 200);
  EXPECT_EQ(outcome->body, "{\"a\":1}");
  EXPECT_THAT(outcome->headers, Contains(Pair("x-request-id", "r1")));
  EXPECT_THAT(outcome->headers, Contains(Pair("x-empty", "")));
  const Server::Request seen = server.requests().front();
  EXPECT_EQ(seen.body, R"({"q":"?"})");
  EXPECT_THAT(seen.head, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("Authorization: Bearer k\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(seen.head, Not(HasSubstr("Expect:")));
}

TEST_F(HttpClientTest, GetAsksWithoutABody) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "[]")}; });
  ASSERT_TRUE(one({"GET", server.url("/v1/models"), {}, {}}).has_value());
  EXPECT_THAT(server.requests().front().head, HasSubstr("GET /v1/models HTTP/1.1\r\n"));
}

TEST_F(HttpClientTest, LargeBodiesGoOutAndComeBackWhole) {
  Server server([](const Server::Request& request) {
    return Server::Turn{Server::answer(200, request.body)};
  });
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  const Outcome outcome = one(post(server.url(), body));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->body, body);
}

TEST_F(HttpClientTest, AnErrorStatusIsAnAnswerWithItsBody) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(429, "slow", "Retry-After: 3\r\n")};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, 429);
  EXPECT_EQ(outcome->body, "slow");
  EXPECT_THAT(outcome->headers, Contains(Pair("retry-after", "3")));
}

TEST_F(HttpClientTest, InterimAnswersAreNotTheAnswer) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" +
                        Server::answer(200, "ok")};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, 200);
  EXPECT_THAT(outcome->headers, Not(Contains(Pair("retry-after", "9"))));
}

TEST_F(HttpClientTest, ChunkedAnswers) {
  Server server([](const Server::Request&) {
    return Server::Turn{
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->body, "abcde");
}

TEST_F(HttpClientTest, RedirectsAreNotFollowed) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(307, "", "Location: http://127.0.0.1:1/elsewhere\r\n")};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, 307);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClientTest, ConnectionsAreKeptAndUsedAgain) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "ok")}; });
  open();
  tasks_.spawn("in turn", ask_in_turn(server.url(), 20));
  loop_.run_until_idle();
  EXPECT_EQ(outcomes_.size(), 20U);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, NoMoreConnectionsPerHostThanAllowed) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "ok")}; });
  HttpLimits limits;
  limits.connections_per_host = 3;
  open(limits);
  for (int i = 0; i < 50; ++i) start(post(server.url(), std::to_string(i)));
  loop_.run_until_idle();
  EXPECT_EQ(outcomes_.size(), 50U);
  for (const Outcome& outcome : outcomes_) EXPECT_TRUE(outcome.has_value());
  EXPECT_LE(server.connections(), 3);
  EXPECT_EQ(server.requests().size(), 50U);
}

// Notes what it gets; wants no more than `most` bytes.
struct Noting final : ResponseSink {
  int heads = 0, status = 0;
  Headers headers;
  std::vector<std::string> pieces;
  std::size_t most = 1000, taken = 0;

  void head(int with_status, Headers with_headers) noexcept override {
    ++heads;
    status = with_status;
    headers = std::move(with_headers);
  }
  bool bytes(std::string_view piece) noexcept override {
    pieces.emplace_back(piece);
    taken += piece.size();
    return taken <= most;
  }
};

TEST_F(HttpClientTest, ASinkGetsTheAnswerAsItComes) {
  Server server([](const Server::Request&) {
    return Server::Turn{
        "HTTP/1.1 103 Early Hints\r\nX-Not: this\r\n\r\n"
        "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"};
  });
  Noting noting;
  const CallResult<void> sent = one_into(server.url(), noting);
  ASSERT_TRUE(sent.has_value()) << sent.error().message;
  EXPECT_EQ(noting.heads, 1);
  EXPECT_EQ(noting.status, 200);
  EXPECT_THAT(noting.headers, Contains(Pair("x-a", "1")));
  EXPECT_THAT(noting.headers, Not(Contains(Pair("x-not", "this"))));
  EXPECT_THAT(noting.pieces, ElementsAre("abc", "de"));
}

TEST_F(HttpClientTest, ASinkGetsTheHeadOfAnEmptyAnswer) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(503, "")}; });
  Noting noting;
  EXPECT_TRUE(one_into(server.url(), noting).has_value());
  EXPECT_EQ(noting.heads, 1);
  EXPECT_EQ(noting.status, 503);
  EXPECT_TRUE(noting.pieces.empty());
}

TEST_F(HttpClientTest, ASinkThatWantsNoMoreEndsTheExchange) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(200, std::string(1'000'000, 'x')), Then::hold};
  });
  Noting noting;
  const CallResult<void> sent = one_into(server.url(), noting);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().error_class, ErrorClass::malformed);
  EXPECT_TRUE(sent.error().maybe_charged);
  EXPECT_EQ(noting.pieces.size(), 1U);
}

// --- what failed, and whether it can have been charged ---

TEST_F(HttpClientTest, ARefusedConnectionCostsNothing) {
  const CallError error = failure_of(post(refused_url()));
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_TRUE(error.transient());
  EXPECT_THAT(error.message, HasSubstr("http://127.0.0.1:"));
}

TEST_F(HttpClientTest, AnUnknownHostCostsNothing) {
  // .invalid never resolves (RFC 2606); no server is asked for a name that is too long for one.
  const CallError error = failure_of(post("http://" + std::string(70, 'a') + ".invalid/v1"));
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
}

TEST_F(HttpClientTest, AConnectionClosedWithoutAnAnswerMayBeCharged) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::network);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_EQ(server.requests().size(), 1U);
}

// libcurl would send the same request again over a new connection, on its own.
TEST_F(HttpClientTest, ARequestIsNeverSentTwiceWhenAKeptConnectionDies) {
  for (const Then then : {Then::close, Then::reset}) {
    outcomes_.clear();
    client_.reset();
    Server server([then](const Server::Request& request) {
      if (request.number == 1) return Server::Turn{Server::answer(200, "ok")};
      return Server::Turn{"", then};
    });
    open();
    tasks_.spawn("in turn", ask_in_turn(server.url(), 2));
    loop_.run_until_idle();
    ASSERT_EQ(outcomes_.size(), 2U);
    EXPECT_TRUE(outcomes_[0].has_value());
    ASSERT_FALSE(outcomes_[1].has_value());
    EXPECT_EQ(outcomes_[1].error().error_class, ErrorClass::network);
    EXPECT_TRUE(outcomes_[1].error().maybe_charged);
    EXPECT_EQ(server.requests().size(), 2U);
  }
}

TEST_F(HttpClientTest, AnAnswerCutInItsBodyMayBeCharged) {
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le"}) {
    outcomes_.clear();
    Server server([bytes](const Server::Request&) { return Server::Turn{bytes, Then::close}; });
    const CallError error = failure_of(post(server.url()));
    EXPECT_EQ(error.error_class, ErrorClass::network) << bytes;
    EXPECT_TRUE(error.maybe_charged) << bytes;
  }
}

TEST_F(HttpClientTest, AnErrorAnswerCutInItsBodyIsStillThatError) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nhalf", Then::close};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, 500);
  EXPECT_EQ(outcome->body, "half");
}

TEST_F(HttpClientTest, GarbageInsteadOfHttp) {
  Server server(
      [](const Server::Request&) { return Server::Turn{"SSH-2.0-OpenSSH_9.2\r\n", Then::close}; });
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::malformed);
  EXPECT_TRUE(error.maybe_charged);
}

TEST_F(HttpClientTest, AnAnswerAboveTheLimitIsCutOff) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(200, std::string(100'000, 'x'))};
  });
  HttpLimits limits;
  limits.response_bytes_max = 10'000;
  open(limits);
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::malformed);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("more than 10000 bytes"));
}

TEST_F(HttpClientTest, EndlessHeadersAreCutOff) {
  Server server([](const Server::Request&) {
    std::string headers;
    for (int i = 0; i < 2000; ++i) headers += "X-More: and more\r\n";
    return Server::Turn{Server::answer(200, "ok", headers)};
  });
  HttpLimits limits;
  limits.response_bytes_max = 10'000;
  open(limits);
  EXPECT_EQ(failure_of(post(server.url())).error_class, ErrorClass::malformed);
}

TEST_F(HttpClientTest, WhatIsNoHttpAddressIsNotAsked) {
  for (const char* url : {"ftp://host/x", "file:///etc/passwd", "http://"}) {
    outcomes_.clear();
    const CallError error = failure_of(post(url));
    EXPECT_EQ(error.error_class, ErrorClass::invalid_request) << url;
    EXPECT_FALSE(error.maybe_charged);
    EXPECT_FALSE(error.transient());
  }
}

TEST_F(HttpClientTest, AHeaderWithALineBreakIsNotSent) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "ok")}; });
  HttpRequest request = post(server.url());
  request.headers.emplace_back("Authorization", "Bearer k\r\nX-Injected: 1");
  const CallError error = failure_of(std::move(request));
  EXPECT_EQ(error.error_class, ErrorClass::invalid_request);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, Not(HasSubstr("Bearer")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, AServerWithoutTlsCostsNothing) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  // The handshake's first bytes hold no end of headers; the server would wait for ever.
  HttpLimits limits;
  limits.connect = 100ms;
  open(limits);
  const CallError error = failure_of(post("https" + server.url().substr(4)));
  EXPECT_TRUE(error.transient());
  EXPECT_FALSE(error.maybe_charged);
}

TEST_F(HttpClientTest, CertificatesThatCannotBeReadAreNoPassingTrouble) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  open({}, {}, "/nonexistent/ca.pem");
  const CallError error = failure_of(post("https" + server.url().substr(4)));
  EXPECT_EQ(error.error_class, ErrorClass::permission);
  EXPECT_FALSE(error.transient());
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("ca.pem"));
}

// --- time: short limits, real waits, because sockets know no other clock ---

TEST_F(HttpClientTest, NoAnswerWithinTheFirstByteLimit) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  HttpLimits limits;
  limits.first_byte = 30ms;
  open(limits);
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("did not begin to answer within 30ms"));
}

TEST_F(HttpClientTest, SilenceInMidAnswer) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Then::hold};
  });
  HttpLimits limits;
  limits.idle = 30ms;
  open(limits);
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("silent"));
}

// A stream's head comes at once, what a model thinks of first comes late.
TEST_F(HttpClientTest, AHeadIsNoBeginningOfAnAnswer) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Then::hold};
  });
  HttpLimits limits;
  limits.first_byte = 60ms;
  limits.idle = 1ms;
  open(limits);
  EXPECT_THAT(failure_of(post(server.url())).message, HasSubstr("did not begin to answer within"));
}

TEST_F(HttpClientTest, TheDeadlineBoundsItAll) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  const CallError error = failure_of(post(server.url()), 300ms);
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
}

// The wait for an answer begins when the request is out: here it never is, and its bytes stop
// moving.
TEST_F(HttpClientTest, AServerThatDoesNotReadTheRequest) {
  sockaddr_in address{};
  const int listener = listen_on_loopback(8, address);
  ASSERT_GE(listener, 0);
  HttpLimits limits;
  limits.first_byte = 30ms;
  open(limits);
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1";
  const CallError error = failure_of(post(url, std::string(30'000'000, 'x')));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
  ::close(listener);
}

TEST_F(HttpClientTest, WaitingForAPlaceIsBoundedAndFree) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  HttpLimits limits;
  limits.connections_per_host = 1;
  open(limits);
  TaskGroup::Handle holder = start(post(server.url(), "holder"));
  tasks_.spawn("waits", ask_then_cancel(post(server.url(), "waits"), 20ms, holder));
  loop_.run_until_idle();
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].error().error_class, ErrorClass::timeout);
  EXPECT_FALSE(outcomes_[0].error().maybe_charged);
  for (const Server::Request& request : server.requests()) EXPECT_NE(request.body, "waits");
}

TEST_F(HttpClientTest, AHostThatSwallowsConnectionsHitsTheConnectLimit) {
  // A listener whose queue is full drops what comes: nobody accepts, one connection fills a queue
  // of none.
  sockaddr_in address{};
  const int listener = listen_on_loopback(0, address);
  ASSERT_GE(listener, 0);
  const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(filler, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);

  HttpLimits limits;
  limits.connect = 30ms;
  open(limits);
  const CallError error =
      failure_of(post("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1"));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("no connection to"));
  ::close(filler);
  ::close(listener);
}

// --- cancellation ---

TEST_F(HttpClientTest, CancellationAbortsTheTransferAndFreesItsPlace) {
  Server server([](const Server::Request& request) {
    return request.body == "stuck" ? Server::Turn{"", Then::hold}
                                   : Server::Turn{Server::answer(200, "ok")};
  });
  HttpLimits limits;
  limits.connections_per_host = 1;
  open(limits);
  TaskGroup::Handle stuck = start(post(server.url(), "stuck"));
  TaskGroup::Handle queued = start(post(server.url(), "queued and cancelled"));
  start(post(server.url(), "third"));
  loop_.post([&] { queued.cancel(); });
  loop_.post([&] { stuck.cancel(); });
  loop_.run_until_idle();
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0]->body, "ok");
  EXPECT_EQ(client_->in_flight(), 0U);
  for (const Server::Request& request : server.requests())
    EXPECT_NE(request.body, "queued and cancelled");
}

TEST_F(HttpClientTest, ManyCancelledAtOnce) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  for (int i = 0; i < 40; ++i) start(post(server.url()));
  loop_.post([&] { tasks_.cancel_all(); });
  loop_.run_until_idle();
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_EQ(tasks_.size(), 0U);
  EXPECT_EQ(client_->in_flight(), 0U);
}

// --- proxies ---

TEST_F(HttpClientTest, TheEnvironmentsProxyIsNotAskedForThisMachine) {
  Server proxy(
      [](const Server::Request&) { return Server::Turn{Server::answer(200, "by proxy")}; });
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "direct")}; });
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  const Outcome here = one(post(server.url()));
  outcomes_.clear();
  const Outcome elsewhere = one(post("http://models.invalid/v1"));
  ::unsetenv("http_proxy");
  ASSERT_TRUE(here && elsewhere);
  EXPECT_EQ(here->body, "direct");
  EXPECT_EQ(elsewhere->body, "by proxy");
}

TEST_F(HttpClientTest, AProxyOfTheSettingsIsUsed) {
  Server proxy(
      [](const Server::Request&) { return Server::Turn{Server::answer(200, "by proxy")}; });
  open({}, proxy.url(""));
  const Outcome outcome = one(post("http://models.invalid/v1/chat/completions"));
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->body, "by proxy");
  EXPECT_THAT(proxy.requests().front().head,
              HasSubstr("POST http://models.invalid/v1/chat/completions HTTP/1.1"));
}

}  // namespace
}  // namespace docwright::providers
