// What a simulator is to play: a YAML file, or the command line's shorthands. `docwright simulator
// --scenario FILE`; the reference is docs/simulator.md.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/spec.h"
#include "providers/limit_rules.h"
#include "providers/provider.h"
#include "providers/simulator/fault.h"

namespace docwright::providers::simulator {

struct Latency {
  Duration first_byte{};
  double spread = 0;     // the share by which first_byte varies, both ways
  Duration per_token{};  // of the answer; a stream brings about a token with each event
};

enum class LimitScope { server, model, key };

struct LimitOptions {
  std::int64_t requests_per_minute = 0, tokens_per_minute = 0;  // 0: no limit
  std::int64_t requests_per_day = 0, tokens_per_day = 0;
  std::int64_t concurrent_max = 0;
  Duration burst = std::chrono::minutes(1);
  LimitScope scope = LimitScope::server;
  TokensCharged charge = TokensCharged::requested;
};

enum class KeyState { valid, revoked, out_of_quota, forbidden };
struct Key {
  std::string name;  // in the ledger and in faults; empty: made of the key's hash
  std::string key;
  KeyState state = KeyState::valid;
};

struct AnswerLength {
  std::int64_t tokens = 0;
  std::int64_t weight = 1;
};

struct Server {
  std::string provider;  // in the registry; empty: all formats
  std::int64_t port = 0;
  Latency latency;
  LimitOptions limits;
  std::vector<Key> keys;            // empty: any key, and none, are taken
  std::vector<std::string> models;  // empty: whatever is asked for
  std::vector<AnswerLength> answers;
  std::vector<Fault> faults;  // the first that hits counts
  Duration retry_after = std::chrono::seconds(1);
  std::int64_t cache_tokens_min = 1024;
  bool keep_alive = false;
  std::size_t body_bytes_max = std::size_t{32} << 20;
  std::size_t connections_max = 1024;
};

struct Scenario {
  std::int64_t seed = 1;
  std::string ledger;  // file; empty: none
  std::map<std::string, Server> servers;
};

const config::Spec<Scenario>& scenario_spec();
// All errors at once, each as file:line:column. Providers are those that have a format here.
Result<Scenario> parse_scenario(const std::string& file, std::string_view text);
// One server, named "all", that speaks every format.
Scenario one_server(Server server = {});

}  // namespace docwright::providers::simulator
