#include "providers/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "providers/http_client.h"
#include "providers/wire/sse.h"
#include "runtime/task_group.h"
#include "tests/unit/providers/answer_schemas.h"

namespace docwright::providers {
namespace {

using namespace std::chrono_literals;
using simulator::FaultKind;
using simulator::Scenario;
using simulator::Server;
using testing::expect_valid;
using ::testing::HasSubstr;

// A simulator on a thread, and docwright's own codec and client against it.
class SimulatorTest : public ::testing::Test {
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

TEST_F(SimulatorTest, RefusalsOfEachKind) {
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

TEST_F(SimulatorTest, ConnectionsThatBreakAreChargedAndUnknown) {
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

TEST_F(SimulatorTest, AnswersThatAreWrong) {
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

TEST_F(SimulatorTest, StreamsThatBreak) {
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

TEST_F(SimulatorTest, WhatItsAskerBrokeOffIsLost) {
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

TEST_F(SimulatorTest, UsageThatIsNotWhereItShouldBe) {
  run(with_fault("usage_elsewhere"));
  EXPECT_TRUE(ask_streamed(question())->usage.has_value());
  for (const char* fault : {"usage_missing", "usage_zero"}) {
    run(with_fault(fault));
    EXPECT_FALSE(ask_streamed(question())->usage.has_value()) << fault;
    EXPECT_FALSE(ask(question())->usage.has_value()) << fault;
    EXPECT_GT(get("/ledger")["cost_nusd"].get<Nusd>(), 0) << fault;
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

TEST_F(SimulatorTest, EveryNthAndByProbability) {
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
