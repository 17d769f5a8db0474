// What failed, and whether it can have been charged.
#include <gmock/gmock.h>

#include "tests/unit/providers/http_client_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpFailures : public HttpClientFixture {};

// A port on which nobody listens (any more).
std::string refused_url() {
  const Server gone([](const Server::Request&) { return Server::Turn{}; });
  return gone.url();
}

TEST_F(HttpFailures, ARefusedConnectionCostsNothing) {
  const CallError error = failure_of(post(refused_url()));
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_TRUE(error.transient());
  EXPECT_THAT(error.message, HasSubstr("http://127.0.0.1:"));
}

TEST_F(HttpFailures, AnUnknownHostCostsNothing) {
  // .invalid never resolves (RFC 2606); no server is asked for a name that is too long for one.
  const CallError error = failure_of(post("http://" + std::string(70, 'a') + ".invalid/v1"));
  EXPECT_EQ(error.error_class, ErrorClass::connect);
  EXPECT_FALSE(error.maybe_charged);
}

TEST_F(HttpFailures, AConnectionClosedWithoutAnAnswerMayBeCharged) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::network);
  EXPECT_TRUE(error.maybe_charged);
  EXPECT_EQ(server.requests().size(), 1U);
}

// libcurl would send the same request again over a new connection, on its own.
TEST_F(HttpFailures, ARequestIsNeverSentTwiceWhenAKeptConnectionDies) {
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

TEST_F(HttpFailures, AnAnswerCutInItsBodyMayBeCharged) {
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

TEST_F(HttpFailures, AnErrorAnswerCutInItsBodyIsStillThatError) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nhalf", Then::close};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, 500);
  EXPECT_EQ(outcome->body, "half");
}

TEST_F(HttpFailures, GarbageInsteadOfHttp) {
  Server server(
      [](const Server::Request&) { return Server::Turn{"SSH-2.0-OpenSSH_9.2\r\n", Then::close}; });
  const CallError error = failure_of(post(server.url()));
  EXPECT_EQ(error.error_class, ErrorClass::malformed);
  EXPECT_TRUE(error.maybe_charged);
}

TEST_F(HttpFailures, AnAnswerAboveTheLimitIsCutOff) {
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

TEST_F(HttpFailures, EndlessHeadersAreCutOff) {
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

TEST_F(HttpFailures, WhatIsNoHttpAddressIsNotAsked) {
  for (const char* url : {"ftp://host/x", "file:///etc/passwd", "http://"}) {
    outcomes_.clear();
    const CallError error = failure_of(post(url));
    EXPECT_EQ(error.error_class, ErrorClass::invalid_request) << url;
    EXPECT_FALSE(error.maybe_charged);
    EXPECT_FALSE(error.transient());
  }
}

TEST_F(HttpFailures, AHeaderWithALineBreakIsNotSent) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "ok")}; });
  HttpRequest request = post(server.url());
  request.headers.emplace_back("Authorization", "Bearer k\r\nX-Injected: 1");
  const CallError error = failure_of(std::move(request));
  EXPECT_EQ(error.error_class, ErrorClass::invalid_request);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, Not(HasSubstr("Bearer")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpFailures, AServerWithoutTlsCostsNothing) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  // The handshake's first bytes hold no end of headers; the server would wait for ever.
  HttpLimits limits;
  limits.connect = 100ms;
  open(limits);
  const CallError error = failure_of(post("https" + server.url().substr(4)));
  EXPECT_TRUE(error.transient());
  EXPECT_FALSE(error.maybe_charged);
}

TEST_F(HttpFailures, CertificatesThatCannotBeReadAreNoPassingTrouble) {
  Server server([](const Server::Request&) { return Server::Turn{"", Then::close}; });
  open({}, {}, "/nonexistent/ca.pem");
  const CallError error = failure_of(post("https" + server.url().substr(4)));
  EXPECT_EQ(error.error_class, ErrorClass::permission);
  EXPECT_FALSE(error.transient());
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_THAT(error.message, HasSubstr("ca.pem"));
}

}  // namespace
}  // namespace docwright::providers
