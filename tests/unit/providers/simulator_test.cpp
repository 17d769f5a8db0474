// The simulator as a provider that does what it should: answers, prices, limits, keys, its ledger.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/providers/simulator_fixture.h"

namespace docwright::providers {
namespace {

using testing::expect_valid;
using ::testing::HasSubstr;

class SimulatorTest : public SimulatorFixture {};

TEST_F(SimulatorTest, AnswersWithAValidDocumentOfTheRightNames) {
  run(Server{});
  for (const Json& schema : {testing::shared_schema(), testing::exact_schema()}) {
    const CallResult<Answer> answer = ask(question("Which?", schema));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->finish, Finish::complete);
    EXPECT_EQ(answer->model, "gpt-4o");
    const Json document = Json::parse(answer->text);
    expect_valid(schema, document);
    EXPECT_THAT(answer->text, HasSubstr("size"));
    EXPECT_THAT(answer->text, HasSubstr("EOFError"));
  }
}

TEST_F(SimulatorTest, TheSameQuestionHasTheSameAnswer) {
  run(Server{});
  const CallResult<Answer> first = ask(question()), second = ask(question()),
                           other = ask(question("Other?"));
  ASSERT_TRUE(first && second && other);
  EXPECT_EQ(first->text, second->text);
  EXPECT_NE(first->text, other->text);
}

TEST_F(SimulatorTest, CountsAndPricesWhatItServed) {
  run(Server{});
  const CallResult<Answer> first = ask(question());
  ASSERT_TRUE(first && first->usage);
  ASSERT_TRUE(ask(question()) && ask(question("Other?")));
  const Json ledger = get("/ledger");
  EXPECT_EQ(ledger["requests"], 3);
  EXPECT_EQ(ledger["served"], 3);
  EXPECT_EQ(ledger["questions"].size(), 2U);
  const Nusd one = cost(*models_->find("gpt-4o")->prices_at(Time{}), *first->usage);
  EXPECT_GT(one, 0);
  EXPECT_GE(ledger["cost_nusd"].get<Nusd>(), 2 * one);
  EXPECT_EQ(ledger["by_status"]["200"], 3);
  EXPECT_EQ(ledger["in_flight_max"], 1);
}

TEST_F(SimulatorTest, UsageStaysWithinTheCodecsBound) {
  run(Server{});
  const Question asked = question();
  const CallResult<Answer> answer = ask(asked);
  ASSERT_TRUE(answer && answer->usage);
  std::int64_t bound = providers_.find("openai")->codec->overhead_tokens(asked, {});
  for (const Message& message : asked.messages)
    bound += static_cast<std::int64_t>(message.text.size());
  EXPECT_LE(answer->usage->input, bound);
  EXPECT_LE(answer->usage->output, asked.answer_tokens_max);
}

TEST_F(SimulatorTest, TheAnswerLimitHolds) {
  run(Server{});
  Question asked = question();
  asked.answer_tokens_max = 10;
  const CallResult<Answer> answer = ask(asked);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->finish, Finish::length);
  EXPECT_EQ(answer->text.size(), 40U);
  EXPECT_EQ(answer->usage->output, 10);
}

TEST_F(SimulatorTest, AQuestionAboveTheWindowIsRefused) {
  run(Server{});
  Question asked = question();
  asked.answer_tokens_max = 128'000;
  const CallError error = refusal(asked);
  EXPECT_EQ(error.error_class, ErrorClass::context_length);
  EXPECT_FALSE(error.maybe_charged);
  EXPECT_EQ(get("/ledger")["cost_nusd"], 0);
}

TEST_F(SimulatorTest, AStreamBringsTheSameAnswer) {
  for (const bool keep_alive : {false, true}) {
    Server server;
    server.keep_alive = keep_alive;
    server.latency.per_token = keep_alive ? Duration{} : 10us;
    run(server);
    const CallResult<Answer> plain = ask(question()), streamed = ask_streamed(question());
    ASSERT_TRUE(plain.has_value());
    ASSERT_TRUE(streamed.has_value()) << streamed.error().message;
    EXPECT_EQ(streamed->text, plain->text);
    EXPECT_EQ(streamed->finish, Finish::complete);
    EXPECT_EQ(streamed->usage, plain->usage);
  }
}

TEST_F(SimulatorTest, AnAnswerThatNobodyWants) {
  run(with_fault("refusal"));
  EXPECT_EQ(ask(question())->finish, Finish::refusal);
  run(with_fault("filtered"));
  EXPECT_EQ(ask(question())->finish, Finish::content_filter);
}

TEST_F(SimulatorTest, KeysAreKnownAndTold) {
  Server server;
  server.keys = {{"mine", "k", simulator::KeyState::valid}};
  run(server);
  EXPECT_TRUE(ask(question()).has_value());
  EXPECT_EQ(get("/ledger")["rows"][0]["key"], "mine");
  EXPECT_TRUE(get("/v1/models").contains("error")) << "a list asks for a key, too";
  server.keys[0].state = simulator::KeyState::revoked;
  run(server);
  EXPECT_EQ(refusal(question()).error_class, ErrorClass::auth);
}

TEST_F(SimulatorTest, AModelThatIsNotThere) {
  Server server;
  server.models = {"gpt-4.1"};
  run(server);
  EXPECT_EQ(refusal(question()).error_class, ErrorClass::not_found);
  EXPECT_EQ(get("/v1/models")["data"].size(), 1U);
}

TEST_F(SimulatorTest, APrefixThatWasSeenCostsLess) {
  Server server;
  server.cache_tokens_min = 0;
  run(server);
  Question asked = question("Once", testing::shared_schema());
  asked.messages[0].text = std::string(6000, 's');
  const CallResult<Answer> first = ask(asked);
  asked.messages[1].text += " more";
  const CallResult<Answer> second = ask(asked);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->usage->input_cached, 0);
  EXPECT_GE(second->usage->input_cached, 1408);
  const Prices& prices = *models_->find("gpt-4o")->prices_at(Time{});
  EXPECT_EQ(get("/ledger")["cost_nusd"].get<Nusd>(),
            cost(prices, *first->usage) + cost(prices, *second->usage));
}

TEST_F(SimulatorTest, SeveralServersHaveOneLedger) {
  Scenario scenario;
  scenario.servers["a"].provider = "openai";
  scenario.servers["b"] = with_fault("overloaded");
  run(scenario);
  ASSERT_EQ(simulator_->addresses().size(), 2U);
  EXPECT_TRUE(ask(question()).has_value());
  HttpRequest request = providers_.find("openai")->codec->encode(
      question(), {},
      {"http://127.0.0.1:" + std::to_string(simulator_->addresses()[1].port) + "/v1", "k", "", {}},
      false);
  EXPECT_EQ(exchange(std::move(request))->status, 503);
  const Json rows = get("/ledger")["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["server"], "a");
  EXPECT_EQ(rows[0]["served"], 1);
  EXPECT_EQ(rows[1]["served"], 0);
}

TEST_F(SimulatorTest, RequestsPerMinute) {
  Server server;
  server.limits.requests_per_minute = 2;
  run(server);
  EXPECT_TRUE(ask(question("1")).has_value());
  EXPECT_TRUE(ask(question("2")).has_value());
  const CallError error = refusal(question("3"));
  EXPECT_EQ(error.error_class, ErrorClass::rate_limit);
  ASSERT_TRUE(error.retry_after.has_value());
  EXPECT_GT(*error.retry_after, 10s);
  EXPECT_LE(*error.retry_after, 30s);
}

TEST_F(SimulatorTest, TheLedgerFileHasALinePerRequestBeforeItsAnswer) {
  const std::string file =
      std::filesystem::temp_directory_path() / ("ledger-" + std::to_string(::getpid()));
  Scenario scenario = simulator::one_server(with_fault("cut_before:every 2"));
  scenario.ledger = file;
  run(scenario);
  const CallResult<Answer> answer = ask(question());
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(ask(question()).has_value());
  std::ifstream stream(file);
  std::string line;
  ASSERT_TRUE(std::getline(stream, line));
  const Json first = Json::parse(line);
  ASSERT_TRUE(std::getline(stream, line));
  const Json second = Json::parse(line);
  EXPECT_EQ(first["question"], second["question"]);
  EXPECT_EQ(first["question"].get<std::string>().size(), 64U);
  EXPECT_EQ(first["cost_nusd"], cost(*models_->find("gpt-4o")->prices_at(Time{}), *answer->usage));
  EXPECT_EQ(first["traceparent"], "00-1");
  EXPECT_EQ(first["model"], "gpt-4o");
  EXPECT_EQ(second["fault"], "cut_before");
  EXPECT_EQ(second["cost_nusd"], first["cost_nusd"]);
  std::filesystem::remove(file);
}

TEST_F(SimulatorTest, EachProviderListsItsOwnModels) {
  for (const std::string_view name : providers_.names()) {
    const Provider& provider = *providers_.find(name);
    if (provider.codec == nullptr || provider.base_url.empty()) continue;
    for (const bool own : {true, false}) {
      Server server;
      if (own) server.provider = name;
      server.models = {"rehearsed"};
      run(server);
      const std::string path = provider.base_url.substr(provider.base_url.find('/', 8));
      const std::string root = base_url().substr(0, base_url().size() - 3);
      const CallResult<HttpResponse> response =
          exchange(provider.codec->list_models({root + path, "k", "", {}}, {}));
      ASSERT_TRUE(response.has_value()) << name;
      const auto listed = provider.codec->listed_models(*response);
      ASSERT_TRUE(listed.has_value()) << name << (own ? " alone" : " among all");
      EXPECT_EQ(*listed, std::vector<std::string>{"rehearsed"}) << name;
    }
  }
}

TEST_F(SimulatorTest, OtherPaths) {
  run(Server{});
  EXPECT_EQ(get("/health"), (Json{{"status", "ok"}}));
  EXPECT_GE(get("/v1/models")["data"].size(), 20U);
  EXPECT_TRUE(get("/nothing").contains("error"));
  const CallResult<HttpResponse> response =
      exchange({"POST", base_url() + "/chat/completions", {}, "no json"});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 400);
}

TEST_F(SimulatorTest, ATakenPortIsAnErrorThatNamesIt) {
  run(Server{});
  Server server;
  server.port = simulator_->port();
  try {
    const simulator::Simulator taken(simulator::one_server(server), *models_);
    FAIL() << "two servers have one port";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the server 'all' cannot listen on 127.0.0.1:" +
                                        std::to_string(server.port)));
  }
}

}  // namespace
}  // namespace docwright::providers
