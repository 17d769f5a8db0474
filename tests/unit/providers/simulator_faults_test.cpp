// The simulator as a provider that has a bad day.
#include <gmock/gmock.h>

#include "tests/unit/providers/simulator_fixture.h"

namespace docwright::providers {
namespace {

using ::testing::HasSubstr;

class SimulatedFaults : public SimulatorFixture {};

TEST_F(SimulatedFaults, RefusalsOfEachKind) {
  const std::pair<const char*, ErrorClass> cases[] = {
      {"rate_limit", ErrorClass::rate_limit},
      {"quota", ErrorClass::quota},
      {"server_error", ErrorClass::server},
      {"overloaded", ErrorClass::overloaded},
      {"timeout", ErrorClass::timeout},
      {"conflict", ErrorClass::server},
      {"auth", ErrorClass::auth},
      {"permission", ErrorClass::permission},
      {"not_found", ErrorClass::not_found},
      {"too_large", ErrorClass::too_large},
      {"content_filter", ErrorClass::content_filter},
      {"context_length", ErrorClass::context_length}};
  for (const auto& [fault, error_class] : cases) {
    run(with_fault(fault));
    const CallError error = refusal(question());
    EXPECT_EQ(error.error_class, error_class) << fault;
    EXPECT_FALSE(error.maybe_charged) << fault;
    if (error_class == ErrorClass::rate_limit) {
      EXPECT_EQ(error.retry_after, 1s);
    }
    const Json ledger = get("/ledger");
    EXPECT_EQ(ledger["cost_nusd"], 0);
    EXPECT_EQ(ledger["served"], 0);
    EXPECT_EQ(ledger["by_fault"][fault], 1);
  }
}

TEST_F(SimulatedFaults, ConnectionsThatBreakAreChargedAndUnknown) {
  for (const char* fault : {"cut_before", "cut_body", "silent"}) {
    run(with_fault(fault));
    limits_.first_byte = fault == std::string_view("silent") ? 50ms : 20s;
    const CallError error = refusal(question());
    EXPECT_TRUE(error.error_class == ErrorClass::network ||
                error.error_class == ErrorClass::timeout)
        << fault;
    EXPECT_TRUE(error.maybe_charged) << fault;
    client_.reset();
    limits_ = {};
    const Json ledger = get("/ledger");
    EXPECT_EQ(ledger["served"], 1) << fault;
    EXPECT_GT(ledger["cost_nusd"].get<Nusd>(), 0) << fault;
  }
}

TEST_F(SimulatedFaults, AnswersThatAreWrong) {
  run(with_fault("truncated"));
  CallResult<Answer> answer = ask(question());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->finish, Finish::length);
  EXPECT_FALSE(Json::accept(answer->text));

  run(with_fault("half_json"));
  answer = ask(question());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->finish, Finish::complete);
  EXPECT_FALSE(Json::accept(answer->text));

  run(with_fault("prose"));
  answer = ask(question());
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(answer->text, HasSubstr("\n```json\n{"));

  for (const Json& schema : {testing::shared_schema(), testing::exact_schema()}) {
    run(with_fault("wrong_names"));
    answer = ask(question("Which?", schema));
    ASSERT_TRUE(answer.has_value());
    EXPECT_THAT(answer->text, HasSubstr("size_renamed"));
    EXPECT_TRUE(Json::accept(answer->text));
  }
}

TEST_F(SimulatedFaults, StreamsThatBreak) {
  run(with_fault("error_frame"));
  std::string text;
  CallResult<Answer> answer = ask_streamed(question(), &text);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().error_class, ErrorClass::server);
  EXPECT_THAT(text, HasSubstr("{\"documents\""));

  for (const std::string_view kind : {"cut_body", "stall", "cut_before"}) {
    Server server = with_fault(kind);
    server.faults[0].at_byte = 700;
    run(server);
    limits_.idle = kind == "stall" ? 50ms : Duration(20s);
    answer = ask_streamed(question());
    ASSERT_FALSE(answer.has_value()) << kind;
    EXPECT_TRUE(answer.error().maybe_charged) << kind;
    client_.reset();
    limits_ = {};
    const Json ledger = get("/ledger");
    EXPECT_EQ(ledger["lost"]["served"], 1) << kind;
    EXPECT_EQ(ledger["lost"]["cost_nusd"], ledger["cost_nusd"]) << kind;
    EXPECT_GT(ledger["cost_nusd"].get<Nusd>(), 0) << kind;
  }
}

TEST_F(SimulatedFaults, WhatItsAskerBrokeOffIsLost) {
  Server server;
  server.latency.per_token = 100ms;
  run(server);
  limits_.total = 50ms;
  const CallResult<Answer> answer = ask_streamed(question());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().error_class, ErrorClass::timeout);
  client_.reset();
  limits_ = {};
  Json ledger;
  const auto end = std::chrono::steady_clock::now() + 20s;
  do {
    ledger = get("/ledger");
  } while (ledger["lost"]["served"] == 0 && std::chrono::steady_clock::now() < end);
  EXPECT_EQ(ledger["lost"]["served"], 1);
  EXPECT_EQ(ledger["lost"]["cost_nusd"], ledger["cost_nusd"]);
}

TEST_F(SimulatedFaults, UsageThatIsNotWhereItShouldBe) {
  run(with_fault("usage_elsewhere"));
  EXPECT_TRUE(ask_streamed(question())->usage.has_value());
  for (const char* fault : {"usage_missing", "usage_zero"}) {
    run(with_fault(fault));
    EXPECT_FALSE(ask_streamed(question())->usage.has_value()) << fault;
    EXPECT_FALSE(ask(question())->usage.has_value()) << fault;
    EXPECT_GT(get("/ledger")["cost_nusd"].get<Nusd>(), 0) << fault;
  }
}

TEST_F(SimulatedFaults, EveryNthAndByProbability) {
  run(with_fault("server_error:every 3"));
  std::string seen;
  for (int i = 0; i < 7; ++i) seen += ask(question(std::to_string(i))).has_value() ? '.' : 'x';
  EXPECT_EQ(seen, "..x..x.");

  std::string first, second;
  for (std::string* run_of : {&first, &second}) {
    run(with_fault("server_error:0.5"));
    for (int i = 0; i < 40; ++i)
      *run_of += ask(question(std::to_string(i))).has_value() ? '.' : 'x';
  }
  EXPECT_EQ(first, second);
  const auto failed = std::ranges::count(first, 'x');
  EXPECT_GT(failed, 8);
  EXPECT_LT(failed, 32);
}

TEST(SimulatorShorthands, AsWritten) {
  for (const simulator::FaultDescription& fault : simulator::fault_descriptions()) {
    EXPECT_EQ(simulator::parse_fault(fault.name)->kind, fault.kind);
    EXPECT_EQ(simulator::name(fault.kind), fault.name);
  }
  EXPECT_EQ(simulator::parse_fault("silent:every 7")->every, 7);
  EXPECT_EQ(simulator::parse_fault("silent:from 1000")->from, 1000);
  EXPECT_EQ(simulator::parse_fault("silent:0.25")->probability, 0.25);
  for (const char* text : {"", "slent", "silent:", "silent:every", "silent:every 0",
                           "silent:every -1", "silent:2", "silent:-1", "silent:x"}) {
    const auto fault = simulator::parse_fault(text);
    ASSERT_FALSE(fault.has_value()) << text;
    EXPECT_EQ(fault.error().code, Code::invalid_request);
  }
  EXPECT_THAT(simulator::parse_fault("slent").error().message, HasSubstr("did you mean 'silent'?"));
}

}  // namespace
}  // namespace docwright::providers
