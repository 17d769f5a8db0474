#include "providers/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_group.h"
#include "tests/support/scripted_server.h"

namespace docwright::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Server = docwright::testing::ScriptedServer;

constexpr const char* kList = R"({"object":"list","data":[{"id":"a-1","object":"model"},
{"id":"other","object":"model"}]})";

// The network runs on real time; the loop counts what it waits for and ends when all is answered.
class HealthTest : public ::testing::Test {
 protected:
  // Two models at the server, with one key.
  Seat seat(const Server& server, const std::string& key = "sk-secret") {
    const std::string at = ", window_tokens: 9, output_tokens_max: 3, base_url: '" +
                           server.url("/v1") + "', key: {env: KEY}}\n";
    const std::string text = "models:\n  a: {api_name: a-1" + at + "  b: {api_name: b-1" + at;
    models_ = Models::parse({{"m.yaml", text}}, providers_).value();
    const config::Environment environment({{"KEY", key}});
    config::Secrets secrets(environment);
    const Credentials credentials(settings_, secrets, environment);
    std::vector<Seat> seats = seats_of(providers_, models_, credentials);
    EXPECT_EQ(seats.size(), 1U);
    return std::move(seats.at(0));
  }

  Health check(const Seat& seat, Duration within = std::chrono::seconds(20)) {
    tasks_.spawn("check", ask(seat, clock_.moment() + within));
    loop_.run_until_idle();
    return health_.value_or(Health{});
  }

  const Registry providers_ = all_providers();
  Models models_;

 private:
  Task<void> ask(const Seat& seat, Moment deadline) {
    health_ = co_await health_of(client_, clock_, seat, deadline);
  }

  Credentials::Settings settings_;
  ManualClock clock_;
  Loop loop_{clock_};
  HttpClient client_{loop_, {}};
  TaskGroup tasks_{loop_, [](const std::string&, const std::exception_ptr&) { ADD_FAILURE(); }};
  std::optional<Health> health_;
};

TEST_F(HealthTest, AsksForTheListAndForNothingElse) {
  Server server([](const Server::Request&) { return Server::Turn{Server::answer(200, kList)}; });
  const Health health = check(seat(server));
  EXPECT_FALSE(health.error.has_value());
  EXPECT_EQ(health.listed, 2U);
  EXPECT_THAT(health.missing, ElementsAre("b"));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().front().head, StartsWith("GET /v1/models HTTP/1.1\r\n"));
}

TEST_F(HealthTest, ARefusedKeyIsSaidWithoutTheKey) {
  const Server server([](const Server::Request&) {
    return Server::Turn{Server::answer(401,
                                       R"({"error":{"message":"Incorrect API key provided","type":)"
                                       R"("invalid_request_error","code":"invalid_api_key"}})")};
  });
  const Health health = check(seat(server));
  ASSERT_TRUE(health.error.has_value());
  EXPECT_EQ(health.error->error_class, ErrorClass::auth);
  EXPECT_THAT(health.error->message, Not(HasSubstr("sk-secret")));
}

TEST_F(HealthTest, WhoSaysNothingIsWaitedForUntilTheDeadline) {
  const Server server([](const Server::Request&) { return Server::Turn{"", Server::Then::hold}; });
  const Health health = check(seat(server), std::chrono::milliseconds(200));
  ASSERT_TRUE(health.error.has_value());
  EXPECT_EQ(health.error->error_class, ErrorClass::timeout);
}

TEST_F(HealthTest, WithoutAKeyThereIsNothingToAskWith) {
  const config::Environment environment;
  config::Secrets secrets(environment);
  const Credentials::Settings settings;
  const Credentials credentials(settings, secrets, environment);
  const Models models = Models::shipped(providers_).value();
  for (const Seat& seat : seats_of(providers_, models, credentials)) {
    EXPECT_EQ(seat.endpoint.error().code, Code::no_credentials) << seat.provider->name;
    EXPECT_NE(seat.provider->name, "offline");
    EXPECT_FALSE(seat.models.empty());
  }
}

}  // namespace
}  // namespace docwright::providers
