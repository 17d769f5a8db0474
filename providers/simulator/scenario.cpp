#include "providers/simulator/scenario.h"

#include "providers/simulator/scenario_check.h"

namespace docwright::providers::simulator {
namespace {

using config::group;
using config::option;
using config::records;
using config::Spec;
using config::word;
using std::chrono::hours;
using std::chrono::seconds;

constexpr double kMost = 1e12;
constexpr Duration kLongest = hours(24);

const Spec<Latency>& latency_spec() {
  using S = Latency;
  static const Spec<S> spec(
      "How long an answer takes.",
      {
          option("first_byte", &S::first_byte)
              .range(seconds(0), kLongest)
              .about("Before an answer or a refusal begins."),
          option("spread", &S::spread)
              .range(0, 1)
              .about("The share by which first_byte varies from question to question: 0.5 makes it "
                     "50 to 150 percent."),
          option("per_token", &S::per_token)
              .range(seconds(0), seconds(60))
              .about("For each token of the answer: between the events of a stream, before the "
                     "whole of a plain answer."),
      });
  return spec;
}

const Spec<LimitOptions>& limits_spec() {
  using S = LimitOptions;
  static const Spec<S> spec(
      "What is allowed; more is refused in the provider's words, and every answer tells how much "
      "is left. 0: no limit.",
      {
          option("requests_per_minute", &S::requests_per_minute)
              .range(0, kMost)
              .unit("requests")
              .about("A bucket that is filled all the time."),
          option("tokens_per_minute", &S::tokens_per_minute)
              .range(0, kMost)
              .unit("tokens")
              .about("The same for tokens."),
          option("requests_per_day", &S::requests_per_day)
              .range(0, kMost)
              .unit("requests")
              .about("Counted from midnight UTC."),
          option("tokens_per_day", &S::tokens_per_day)
              .range(0, kMost)
              .unit("tokens")
              .about("The same for tokens."),
          option("concurrent_max", &S::concurrent_max)
              .range(0, 1e6)
              .unit("requests")
              .about("Requests of this server that are worked on at the same time."),
          option("burst", &S::burst)
              .range(std::chrono::milliseconds(1), hours(24))
              .about("How long a bucket takes to fill: what can be taken at once after a pause. "
                     "Many providers enforce less than a minute."),
          word<S, LimitScope>("scope", &S::scope,
                              {{"server", LimitScope::server},
                               {"model", LimitScope::model},
                               {"key", LimitScope::key}})
              .about("What has buckets of its own."),
          word<S, TokensCharged>("charge", &S::charge,
                                 {{"used", TokensCharged::used},
                                  {"requested", TokensCharged::requested},
                                  {"larger", TokensCharged::larger}})
              .about("What a request takes from the tokens: what it will use; its prompt and its "
                     "answer limit; or the larger one of these two."),
      });
  return spec;
}

const Spec<Key>& key_spec() {
  using S = Key;
  static const Spec<S> spec(
      "The keys that are known; without any, every key is taken.",
      {
          option("name", &S::name)
              .range(0, 100)
              .about("In the ledger and in faults; default: made of the key's hash."),
          option("key", &S::key)
              .range(1, 1000)
              .required()
              .about("As it is sent. An invented one: no real key belongs here."),
          word<S, KeyState>("state", &S::state,
                            {{"valid", KeyState::valid},
                             {"revoked", KeyState::revoked},
                             {"out_of_quota", KeyState::out_of_quota},
                             {"forbidden", KeyState::forbidden}})
              .about("What becomes of its requests."),
      });
  return spec;
}

const Spec<AnswerLength>& answer_spec() {
  using S = AnswerLength;
  static const Spec<S> spec(
      "How long answers are, mixed by weight; without any, as long as the facts make them.",
      {
          option("tokens", &S::tokens)
              .range(1, 1e6)
              .unit("tokens")
              .required()
              .about("About so long; never above the request's limit, never shorter than the facts "
                     "need."),
          option("weight", &S::weight).range(1, 1e6).about("How often, against the others'."),
      });
  return spec;
}

const Spec<Fault>& fault_spec() {
  using S = Fault;
  std::vector<std::pair<std::string, FaultKind>> kinds;
  for (const FaultDescription& fault : fault_descriptions())
    kinds.emplace_back(fault.name, fault.kind);
  static const Spec<S> spec(
      "What goes wrong, and when; the first that hits a request counts.",
      {
          word<S, FaultKind>("kind", &S::kind, std::move(kinds)).required().about("See the list."),
          option("every", &S::every)
              .range(0, kMost)
              .unit("requests")
              .about("Hits each Nth; 0: the probability counts."),
          option("probability", &S::probability)
              .range(0, 1)
              .about("Decided by the seed, the question and how often it was asked, not by the "
                     "order of arrival."),
          option("from", &S::from).range(1, kMost).about("The first request that it can hit."),
          option("to", &S::to).range(0, kMost).about("The last one; 0: there is none."),
          option("model", &S::model).range(0, 300).about("Only requests for this model."),
          option("key", &S::key).range(0, 100).about("Only requests with the key of this name."),
          option("status", &S::status)
              .range(0, 599)
              .about("HTTP status of a refusal, 400 to 599; 0: as the provider has it."),
          option("retry_after", &S::retry_after)
              .range(seconds(0), hours(24 * 31))
              .about("The hint of a refusal; 0s: none, or the server's for a rate_limit."),
          option("delay", &S::delay).range(seconds(0), kLongest).about("Of slow."),
          option("at_byte", &S::at_byte)
              .range(-1, 1e9)
              .unit("bytes")
              .about("Of cut_body and stall: how much of the body comes; -1: half of it."),
          option("at_event", &S::at_event)
              .range(-1, 1e9)
              .unit("events")
              .about("Of error_frame: how many come before it; -1: half of them."),
      });
  return spec;
}

const Spec<Server>& server_spec() {
  using S = Server;
  static const Spec<S> spec(
      "A server, by a name of its own.",
      {
          option("provider", &S::provider)
              .range(0, 100)
              .about("Whose format it speaks; default: all, told apart by the path."),
          option("port", &S::port).range(0, 65535).about("Of 127.0.0.1; 0: a free one."),
          group("latency", &S::latency, latency_spec()),
          group("limits", &S::limits, limits_spec()),
          records("keys", &S::keys, key_spec()),
          option("models", &S::models)
              .about("Names of the models that there are, as requests say them; without any, "
                     "every name is answered."),
          records("answers", &S::answers, answer_spec()),
          records("faults", &S::faults, fault_spec()),
          option("retry_after", &S::retry_after)
              .range(seconds(0), hours(24 * 31))
              .about("What a rate_limit of a fault says."),
          option("cache_tokens_min", &S::cache_tokens_min)
              .range(0, kMost)
              .unit("tokens")
              .about("The shortest prefix that is cached."),
          option("keep_alive", &S::keep_alive)
              .about("Something that means nothing stands before each event of a stream."),
          option("body_bytes_max", &S::body_bytes_max)
              .bytes()
              .range(1024, double{1 << 26})
              .about("A longer body is refused."),
          option("connections_max", &S::connections_max)
              .range(1, 100'000)
              .unit("connections")
              .about("More wait until one is closed."),
      });
  return spec;
}

}  // namespace

const Spec<Scenario>& scenario_spec() {
  using S = Scenario;
  static const Spec<S> spec(
      "What a simulator plays.",
      {
          option("seed", &S::seed)
              .range(0, 9e15)
              .about(
                  "Of everything that is decided by chance: the same seed and the same questions "
                  "have the same answers."),
          option("ledger", &S::ledger)
              .range(0, 4096)
              .about("A file to which each request is added as a JSON line."),
          table("servers", &S::servers, server_spec()),
      });
  return spec;
}

Result<Scenario> parse_scenario(const std::string& file, std::string_view text) {
  const Result<config::Node> root = config::parse_yaml(file, text);
  if (!root) return std::unexpected(root.error());
  config::Reading reading;
  Scenario scenario = scenario_spec().parse(*root, reading);
  if (reading.errors.empty()) check(scenario, reading);
  if (!reading.errors.empty()) return std::unexpected(config::combined(reading.errors));
  if (scenario.servers.empty()) scenario.servers = one_server().servers;
  return scenario;
}

Scenario one_server(Server server) {
  Scenario scenario;
  scenario.servers.emplace("all", std::move(server));
  return scenario;
}

}  // namespace docwright::providers::simulator
