// What is sent and what comes back; connections, sinks, proxies.
#include <gmock/gmock.h>

#include "tests/unit/providers/http_client_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class HttpClientTest : public HttpClientFixture {};

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

// {"a":1}, as gzip has it.
constexpr std::string_view kPacked(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2"
    "\x32\xac\x05\x00\xaf\xac\x1b\x56\x07\x00\x00\x00",
    27);

TEST_F(HttpClientTest, APackedAnswerIsUnpackedAlthoughNobodyAskedForOne) {
  Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(200, std::string(kPacked), "Content-Encoding: gzip\r\n")};
  });
  const Outcome outcome = one(post(server.url()));
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->body, R"({"a":1})");
  EXPECT_THAT(server.requests().front().head, HasSubstr("Accept-Encoding: identity\r\n"));
}

TEST_F(HttpClientTest, APackingThatNobodyKnowsIsMalformed) {
  for (const std::string encoding : {"gzip", "of-my-own"}) {
    outcomes_.clear();
    Server server([&](const Server::Request&) {
      return Server::Turn{
          Server::answer(200, R"({"a":1})", "Content-Encoding: " + encoding + "\r\n")};
    });
    const CallError error = failure_of(post(server.url()));
    EXPECT_EQ(error.error_class, ErrorClass::malformed) << encoding;
    EXPECT_TRUE(error.maybe_charged) << encoding;
  }
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
  std::size_t all = 1'000'000;  // what is worth waiting for

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
  bool complete() const noexcept override { return taken >= all; }
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

// A stream's head comes at once; a model that thinks writes its first byte minutes later.
TEST_F(HttpClientTest, ASinkGetsTheHeadBeforeThereIsABody) {
  Server server([](const Server::Request&) {
    return Server::Turn{
        "HTTP/1.1 103 Early Hints\r\nX-Not: this\r\n\r\n"
        "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        Then::hold};
  });
  struct Leaving final : ResponseSink {
    TaskGroup& tasks;
    Loop& loop;
    Headers heard;
    Leaving(TaskGroup& of, Loop& on) : tasks(of), loop(on) {}
    void head(int, Headers headers) noexcept override {
      heard = std::move(headers);
      loop.post([this] { tasks.cancel_all(); });
    }
    bool bytes(std::string_view) noexcept override { return true; }
  };
  Leaving leaving(tasks_, loop_);
  one_into(server.url(), leaving);
  EXPECT_THAT(leaving.heard, ElementsAre(Pair("x-a", "1"), Pair("transfer-encoding", "chunked")));
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

// A server that holds the connection open after the end mark, or never ends its chunks.
TEST_F(HttpClientTest, ACompleteAnswerIsNotWaitedForAnyLonger) {
  Server server([](const Server::Request&) {
    return Server::Turn{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n",
                        Then::hold};
  });
  HttpLimits limits;
  limits.ending = 30ms;
  open(limits);
  Noting noting;
  noting.all = 4;
  const CallResult<void> sent = one_into(server.url(), noting);
  EXPECT_TRUE(sent.has_value()) << sent.error().message;
  EXPECT_THAT(noting.pieces, ElementsAre("done"));
}

TEST_F(HttpClientTest, TheConnectionOfACompleteAnswerServesAgain) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, "done")}; });
  Noting noting;
  noting.all = 4;
  EXPECT_TRUE(one_into(server.url(), noting).has_value());
  EXPECT_TRUE(one_into(server.url(), noting).has_value());
  EXPECT_EQ(server.connections(), 1);
}

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
