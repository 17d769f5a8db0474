// The parts of a simulated server, each without its wire: limits, faults, keys, the prompt cache,
// ways of delivery, scenarios.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "providers/simulator/answers.h"
#include "providers/simulator/delivery.h"
#include "providers/simulator/fault_picker.h"
#include "providers/simulator/keys.h"
#include "providers/simulator/limits.h"
#include "providers/simulator/prefix_cache.h"
#include "runtime/text.h"

namespace docwright::providers::simulator {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// --- limits

class LimitsOnAClock {
 public:
  explicit LimitsOnAClock(LimitOptions options) : limits_(options) {}
  // What has run out, and empty where nothing has.
  std::string take(std::int64_t tokens = 0, const std::string& scope = {}) {
    request_.tokens = tokens;
    request_.scope = scope;
    const auto error = limits_.take(request_);
    error_ = error.value_or(CallError{});
    return error_.code;
  }
  LimitState state() { return limits_.state(request_); }
  void wait(Duration by) {
    request_.time += by;
    request_.moment += by;
  }
  const CallError& error() const { return error_; }
  Limits::Request request_{{}, 0, 1, *parse_rfc3339("2030-01-01T23:00:00Z"), Moment{}};

 private:
  Limits limits_;
  CallError error_;
};

TEST(SimulatorLimits, ABucketIsFilledAllTheTime) {
  LimitOptions options;
  options.requests_per_minute = 2;
  LimitsOnAClock limits(options);
  EXPECT_EQ(limits.take(), "");
  EXPECT_EQ(limits.take(), "");
  EXPECT_EQ(limits.take(), "requests");
  EXPECT_EQ(limits.error().error_class, ErrorClass::rate_limit);
  EXPECT_EQ(limits.error().retry_after, 30s);
  limits.wait(29s);
  EXPECT_EQ(limits.take(), "requests");
  EXPECT_EQ(limits.error().retry_after, 1s);
  limits.wait(1s);
  EXPECT_EQ(limits.take(), "");
  EXPECT_EQ(limits.state().requests, 2);
  EXPECT_EQ(limits.state().requests_left, 0);
  EXPECT_EQ(limits.state().requests_reset, 60s);
}

TEST(SimulatorLimits, ABurstIsWhatABucketHolds) {
  LimitOptions options;
  options.requests_per_minute = 600;
  options.burst = 1s;
  LimitsOnAClock limits(options);
  limits.wait(1h);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limits.take(), "");
  EXPECT_EQ(limits.take(), "requests");
}

TEST(SimulatorLimits, TokensAreTakenWholeOrNotAtAll) {
  LimitOptions options;
  options.tokens_per_minute = 6000;
  options.requests_per_minute = 3;
  LimitsOnAClock limits(options);
  EXPECT_EQ(limits.take(5000), "");
  EXPECT_EQ(limits.take(4000), "tokens");
  EXPECT_EQ(limits.error().retry_after, 30s);
  EXPECT_EQ(limits.state().requests_left, 2) << "a refused request has used nothing";
  EXPECT_EQ(limits.state().tokens_left, 1000);
  EXPECT_EQ(limits.take(6001), "tokens");
  EXPECT_EQ(limits.error().error_class, ErrorClass::too_large) << "no wait would help";
  EXPECT_EQ(limits.error().context->window, 6000);
  EXPECT_EQ(limits.error().context->requested, 6001);
  EXPECT_FALSE(limits.error().retry_after.has_value());
}

TEST(SimulatorLimits, ADayEndsAtMidnightUtc) {
  LimitOptions options;
  options.requests_per_day = 1;
  options.tokens_per_day = 100;
  LimitsOnAClock limits(options);
  EXPECT_EQ(limits.take(101), "tokens_per_day");
  EXPECT_EQ(limits.take(100), "");
  EXPECT_EQ(limits.take(0), "requests_per_day");
  EXPECT_EQ(limits.error().retry_after, 1h);
  EXPECT_EQ(limits.state().requests_per_day_left, 0);
  limits.wait(1h);
  EXPECT_EQ(limits.take(0), "");
}

TEST(SimulatorLimits, ScopesAndConcurrency) {
  LimitOptions options;
  options.requests_per_minute = 1;
  options.concurrent_max = 2;
  LimitsOnAClock limits(options);
  EXPECT_EQ(limits.take(0, "a"), "");
  EXPECT_EQ(limits.take(0, "a"), "requests");
  EXPECT_EQ(limits.take(0, "b"), "");
  limits.request_.in_flight = 3;
  EXPECT_EQ(limits.take(0, "c"), "concurrent");
}

// --- faults

std::string hits(const Fault& fault, int requests, std::string_view model = "m",
                 std::string_view key = "k") {
  FaultPicker picker({fault});
  std::string seen;
  for (int i = 0; i < requests; ++i) {
    const Draw draw{1, static_cast<std::uint64_t>(i) * 7919, 0};
    seen += picker.hit(draw, model, key) == nullptr ? '.' : 'x';
  }
  return seen;
}

TEST(SimulatorFaults, ByNumber) {
  Fault fault;
  EXPECT_EQ(hits(fault, 3), "xxx");
  fault.every = 3;
  EXPECT_EQ(hits(fault, 7), "..x..x.");
  fault.from = 4;
  EXPECT_EQ(hits(fault, 7), ".....x.");
  fault.every = 0;
  fault.to = 5;
  EXPECT_EQ(hits(fault, 7), "...xx..");
}

TEST(SimulatorFaults, ByModelAndKey) {
  Fault fault;
  fault.model = "m";
  EXPECT_EQ(hits(fault, 2), "xx");
  EXPECT_EQ(hits(fault, 2, "other"), "..");
  fault.key = "k2";
  EXPECT_EQ(hits(fault, 2), "..");
  EXPECT_EQ(hits(fault, 2, "m", "k2"), "xx");
}

TEST(SimulatorFaults, ChanceIsTheSeedsAndTheQuestions) {
  Fault fault;
  fault.probability = 0.25;
  const std::string seen = hits(fault, 400);
  EXPECT_EQ(hits(fault, 400), seen);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(seen, 'x')), 100, 30);
  FaultPicker one({fault}), other({fault});
  int differences = 0;
  for (std::uint64_t i = 0; i < 100; ++i)
    differences +=
        (one.hit({1, i, 0}, "", "") == nullptr) != (other.hit({2, i, 0}, "", "") == nullptr);
  EXPECT_GT(differences, 10) << "another seed";
}

TEST(SimulatorFaults, TheFirstThatHitsCounts) {
  Fault first, second;
  first.every = 2;
  second.kind = FaultKind::quota;
  FaultPicker picker({first, second});
  EXPECT_EQ(picker.hit({}, "", "")->kind, FaultKind::quota);
  EXPECT_EQ(picker.hit({}, "", "")->kind, FaultKind::server_error);
}

// --- keys

TEST(SimulatorKeys, WhereverTheyAreSent) {
  EXPECT_EQ(key_of({{"authorization", "Bearer a"}}, ""), "a");
  EXPECT_EQ(key_of({{"api-key", "b"}}, ""), "b");
  EXPECT_EQ(key_of({{"x-api-key", "c"}}, ""), "c");
  EXPECT_EQ(key_of({{"x-goog-api-key", "d"}}, "key=no"), "d");
  EXPECT_EQ(key_of({}, "alt=sse&key=e"), "e");
  EXPECT_EQ(key_of({{"authorization", "Basic x"}}, "monkey=f"), "");
}

TEST(SimulatorKeys, NamesAndStates) {
  const std::vector<Key> known = {{"team", "good-key", KeyState::valid},
                                  {"", "old-key", KeyState::revoked},
                                  {"poor", "poor-key", KeyState::out_of_quota},
                                  {"guest", "guest-key", KeyState::forbidden}};
  EXPECT_EQ(key_name("good-key", known), "team");
  EXPECT_EQ(key_name("", known), "");
  for (const char* key : {"old-key", "nobody's"}) {
    EXPECT_THAT(key_name(key, known), HasSubstr("key-"));
    EXPECT_EQ(key_name(key, known).find(key), std::string::npos);
  }
  EXPECT_EQ(refusal_of("good-key", known), std::nullopt);
  EXPECT_EQ(refusal_of("old-key", known), ErrorClass::auth);
  EXPECT_EQ(refusal_of("", known), ErrorClass::auth);
  EXPECT_EQ(refusal_of("poor-key", known), ErrorClass::quota);
  EXPECT_EQ(refusal_of("guest-key", known), ErrorClass::permission);
  EXPECT_EQ(refusal_of("anything", {}), std::nullopt);
}

// --- cached prefixes

Asked prompt(const std::string& first, const std::string& second, std::int64_t stable = 0) {
  Asked asked;
  asked.model = "m";
  asked.messages = {{"system", first}, {"user", second}};
  asked.prompt_bytes = static_cast<std::int64_t>(first.size() + second.size());
  asked.stable_bytes = stable;
  return asked;
}

TEST(SimulatorCache, UpToAMark) {
  PrefixCache cache(100);
  const std::string stable(800, 's');
  const PrefixCache::Found first = cache.look_up(prompt(stable, "one", 800), false);
  EXPECT_EQ(first.cached, 0);
  EXPECT_EQ(first.written, 200);
  const PrefixCache::Found second = cache.look_up(prompt(stable, "two", 800), false);
  EXPECT_EQ(second.cached, 200);
  EXPECT_EQ(second.written, 0);
  EXPECT_EQ(cache.look_up(prompt(stable, "two"), false).cached, 0) << "nothing is marked";
  Asked other = prompt(stable, "two", 800);
  other.model = "n";
  EXPECT_EQ(cache.look_up(other, false).cached, 0);
  EXPECT_EQ(cache.look_up(prompt("short", "one", 5), false).written, 0);
}

TEST(SimulatorCache, UnaskedInSteps) {
  PrefixCache cache(256);
  const std::string stable(512 * 3 + 100, 's');
  EXPECT_EQ(cache.look_up(prompt(stable, std::string(1000, 'a')), true).cached, 0);
  EXPECT_EQ(cache.look_up(prompt(stable, std::string(1000, 'b')), true).cached, 384);
  EXPECT_EQ(cache.look_up(prompt("x" + stable, "a"), true).cached, 0);
}

// --- answers

TEST(SimulatorAnswers, LengthsAreMixedByWeight) {
  Asked asked;
  asked.answer_tokens_max = 5000;
  std::map<bool, int> lengths;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Draw draw{1, i * 7919, 0};
    const Answer answer = answer_of(asked, "0123", draw, {{100, 3}, {1000, 1}}, nullptr);
    EXPECT_EQ(answer.finish, Finish::complete);
    EXPECT_NEAR(static_cast<double>(answer.usage->output), answer.usage->output > 500 ? 990 : 90,
                10);
    ++lengths[answer.usage->output > 500];
  }
  EXPECT_NEAR(lengths[true], 100, 40);
  asked.answer_tokens_max = 60;
  EXPECT_EQ(answer_of(asked, "0123", {}, {{1000, 1}}, nullptr).finish, Finish::complete)
      << "a length is never above the limit";
}

TEST(SimulatorAnswers, UsageThatIsHiddenIsChargedAllTheSame) {
  const auto spoiled = [](FaultKind kind) {
    Fault fault;
    fault.kind = kind;
    Usage charged{.input = 10, .output = 20};
    std::optional<Usage> told;
    spoil_usage(&fault, 100, charged, told);
    return std::pair(charged, told);
  };
  const Usage real{.input = 10, .output = 20};
  EXPECT_EQ(spoiled(FaultKind::usage_missing), std::pair(real, std::optional<Usage>()));
  EXPECT_EQ(spoiled(FaultKind::usage_zero), std::pair(real, std::optional(Usage{})));
  EXPECT_EQ(spoiled(FaultKind::usage_wrong).first.output, 1000);
  EXPECT_EQ(spoiled(FaultKind::usage_wrong).second->output, 1000);
  EXPECT_EQ(spoiled(FaultKind::slow), std::pair(real, std::optional(real)));
}

// --- scenarios

std::string error_of(const std::string& text) {
  const Result<Scenario> scenario = parse_scenario("s.yaml", text);
  EXPECT_FALSE(scenario.has_value()) << text;
  return scenario ? std::string() : scenario.error().at + ": " + scenario.error().message;
}

TEST(SimulatorScenario, Nothing) {
  const Result<Scenario> scenario = parse_scenario("s.yaml", "");
  ASSERT_TRUE(scenario.has_value());
  ASSERT_EQ(scenario->servers.size(), 1U);
  EXPECT_EQ(scenario->servers.begin()->first, "all");
}

TEST(SimulatorScenario, MistakesHaveTheirPlaces) {
  const std::pair<const char*, const char*> cases[] = {
      {"servers:\n  a: {provider: opneai}\n",
       "s.yaml:2:17: 'servers.a.provider': 'opneai' has no format here"},
      {"servers:\n  a: {provider: opneai}\n", "did you mean 'openai'?"},
      {"seeed: 1\n", "did you mean 'seed'?"},
      {"servers:\n  a:\n    faults:\n      - {kind: server_eror}\n", "s.yaml:4:16"},
      {"servers:\n  a:\n    faults: [{every: 3}]\n", "kind"},
      {"servers:\n  a:\n    keys: [{name: x}]\n", "key"},
      {"servers: {a: {latency: {first_byte: 3}}}\n", "s.yaml:1:37"},
      {"seed: -1\n", "expected 0 to 9000000000000000, got -1"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_THAT(error_of(text), HasSubstr(expected)) << text;
}

// What would be silently without effect, or is not what was meant.
TEST(SimulatorScenario, OptionsThatContradictEachOther) {
  const auto fault = [](const std::string& options, const std::string& server = "") {
    return error_of("servers:\n  a:\n    faults:\n      - {" + options + "}\n" + server);
  };
  EXPECT_EQ(
      fault("kind: rate_limit, at_byte: 4"),
      "s.yaml:4:37: 'servers.a.faults[0].at_byte': it is an option of cut_body and stall, not "
      "of rate_limit");
  EXPECT_THAT(fault("kind: cut_body, status: 500"), HasSubstr("an option of a refusal"));
  EXPECT_THAT(fault("kind: cut_body, at_event: 5"), HasSubstr("an option of error_frame"));
  EXPECT_THAT(fault("kind: prose, delay: 5s"), HasSubstr("an option of slow, not of prose"));
  EXPECT_THAT(fault("kind: slow"), HasSubstr("needs a delay"));
  EXPECT_THAT(fault("kind: quota, every: 3, probability: 0.5"), HasSubstr("not both"));
  EXPECT_THAT(fault("kind: quota, from: 10, to: 5"), HasSubstr("it would never hit"));
  EXPECT_THAT(fault("kind: quota, status: 200"), HasSubstr("expected 400 to 599"));
  EXPECT_THAT(fault("kind: quota, key: tem", "    keys: [{name: team, key: k}]\n"),
              HasSubstr("no key named 'tem' (did you mean 'team'?)"));
  EXPECT_THAT(fault("kind: quota, model: m2", "    models: [m1]\n"),
              HasSubstr("the server has no model 'm2'"));
  EXPECT_THAT(error_of("servers: {a: {keys: [{name: n, key: k}, {name: n, key: l}]}}\n"),
              HasSubstr("the name of another key"));
  EXPECT_THAT(error_of("servers: {a: {keys: [{key: k}, {key: k}]}}\n"),
              HasSubstr("it stands there twice"));
  EXPECT_EQ(error_of("servers:\n  a: {port: 8101}\n  b: {port: 8101}\n"),
            "s.yaml:3:13: 'servers.b.port': 8101 is the port of 'a', too");
}

TEST(SimulatorScenario, ThePageHasEveryOptionAndFault) {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/docs/simulator.md");
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  const std::string reference = config::markdown_reference(scenario_spec());
  EXPECT_NE(page.find(reference), page.npos) << "docs/simulator.md should hold:\n" << reference;
  std::string faults = "| kind | |\n|---|---|\n";
  for (const FaultDescription& fault : fault_descriptions())
    faults += "| `" + std::string(fault.name) + "` | " + std::string(fault.sentence) + " |\n";
  EXPECT_NE(page.find(faults), page.npos) << "docs/simulator.md should hold:\n" << faults;
}

TEST(SimulatorScenario, TheShippedExampleIsRight) {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/docs/simulator_example.yaml");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const Result<Scenario> scenario = parse_scenario("simulator_example.yaml", text);
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message;
  EXPECT_GE(scenario->servers.size(), 3U);
}

}  // namespace
}  // namespace docwright::providers::simulator
