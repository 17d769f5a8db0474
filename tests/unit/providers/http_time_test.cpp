// Limits of time and cancellation: short limits, real waits, because sockets know no other clock.
#include <gmock/gmock.h>

#include "tests/unit/providers/http_client_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

class HttpTime : public HttpClientFixture {};

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

TEST_F(HttpTime, NoAnswerWithinTheFirstByteLimit) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  HttpLimits limits;
  limits.first_byte = 30ms;
  open(limits);
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("did not begin to answer within 30ms"));
}

// It begins once the request is out, and not a second time when it first ends.
TEST_F(HttpTime, TheFirstByteLimitRunsOnce) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  HttpLimits limits;
  limits.first_byte = 500ms;
  open(limits);
  EXPECT_THAT(failure_of(post(server.url(), "question"), 950ms).message,
              HasSubstr("did not begin to answer within 500ms"));
}

TEST_F(HttpTime, SilenceInMidAnswer) {
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
TEST_F(HttpTime, AHeadIsNoBeginningOfAnAnswer) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Then::hold};
  });
  HttpLimits limits;
  limits.first_byte = 60ms;
  limits.idle = 1ms;
  open(limits);
  EXPECT_THAT(failure_of(post(server.url())).message, HasSubstr("did not begin to answer within"));
}

TEST_F(HttpTime, TheDeadlineBoundsItAll) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  const CallError error = failure_of(post(server.url()), 300ms);
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_TRUE(error.maybe_charged);
}

// The wait for an answer begins when the request is out: here it never is, and its bytes stop
// moving.
TEST_F(HttpTime, AServerThatDoesNotReadTheRequest) {
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

TEST_F(HttpTime, WaitingForAPlaceIsBoundedAndFree) {
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

TEST_F(HttpTime, AHostThatSwallowsConnectionsHitsTheConnectLimit) {
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
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("no connection to"));
  ::close(filler);
  ::close(listener);
}

// --- cancellation ---

TEST_F(HttpTime, CancellationAbortsTheTransferAndFreesItsPlace) {
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

TEST_F(HttpTime, ManyCancelledAtOnce) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::hold}; });
  for (int i = 0; i < 40; ++i) start(post(server.url()));
  loop_.post([&] { tasks_.cancel_all(); });
  loop_.run_until_idle();
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_EQ(tasks_.size(), 0U);
  EXPECT_EQ(client_->in_flight(), 0U);
}

}  // namespace
}  // namespace docwright::providers
