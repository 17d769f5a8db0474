#include "providers/simulator/scenario_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "providers/simulator/api.h"
#include "providers/simulator/keys.h"
#include "runtime/text.h"

namespace docwright::providers::simulator {
namespace {

using Names = std::vector<std::string_view>;

// Fails at options by their path, where the file gives them.
class Place final {
 public:
  Place(std::string path, config::Reading& reading) : path_(std::move(path)), reading_(reading) {}

  Place at(std::string_view name) const { return {fmt::format("{}.{}", path_, name), reading_}; }
  Place at(std::string_view list, std::size_t index) const {
    return {fmt::format("{}.{}[{}]", path_, list, index), reading_};
  }
  bool given(std::string_view option) const {
    return reading_.origins.contains(fmt::format("{}.{}", path_, option));
  }
  void fail(std::string_view option, std::string_view message) const {
    const std::string path = fmt::format("{}.{}", path_, option);
    reading_.fail(reading_.origins[path], fmt::format("'{}': {}", path, message));
  }

 private:
  std::string path_;
  config::Reading& reading_;
};

void check_provider(const Server& server, const Place& place) {
  std::set<std::string_view> known;
  for (const Spoken& spoken : all_spoken()) known.insert(spoken.provider);
  if (server.provider.empty() || known.contains(server.provider)) return;
  const Names names(known.begin(), known.end());
  place.fail("provider",
             fmt::format("'{}' has no format here: expected one of {}{}", server.provider,
                         fmt::join(names, ", "), did_you_mean(server.provider, names)));
}

void check_keys(const Server& server, const Place& place) {
  std::set<std::string_view> names, keys;
  for (std::size_t i = 0; i < server.keys.size(); ++i) {
    const Key& key = server.keys[i];
    const Place here = place.at("keys", i);
    if (!key.name.empty() && !names.insert(key.name).second)
      here.fail("name", fmt::format("'{}' is the name of another key", key.name));
    if (!key.key.empty() && !keys.insert(key.key).second)
      here.fail("key", "it stands there twice, and the first one counts");
  }
}

// An option that says nothing of faults of this kind.
void check_options(const Fault& fault, const Place& here) {
  const bool refusal = description_of(fault.kind).refused_as.has_value();
  const bool cut = fault.kind == FaultKind::cut_body || fault.kind == FaultKind::stall;
  const bool slow = fault.kind == FaultKind::slow;
  const std::tuple<std::string_view, bool, std::string_view> options[] = {
      {"status", refusal, "a refusal"},
      {"retry_after", refusal, "a refusal"},
      {"delay", slow, "slow"},
      {"at_byte", cut, "cut_body and stall"},
      {"at_event", fault.kind == FaultKind::error_frame, "error_frame"}};
  for (const auto& [option, fits, of] : options) {
    if (fits || !here.given(option)) continue;
    here.fail(option, fmt::format("it is an option of {}, not of {}", of, name(fault.kind)));
  }
  if (slow && fault.delay == Duration::zero())
    here.fail("kind", "slow needs a delay, as 'delay: 5s'");
}

void check_choice(const Fault& fault, const Server& server, const Place& here) {
  if (here.given("every") && here.given("probability"))
    here.fail("probability", "it is 'every' or 'probability', not both");
  if (fault.to > 0 && fault.to < fault.from)
    here.fail("to",
              fmt::format("{} is before 'from', {}: it would never hit", fault.to, fault.from));
  if (fault.status != 0 && fault.status < 400)
    here.fail("status", fmt::format("expected 400 to 599, got {}", fault.status));

  std::vector<std::string> keys;
  for (const Key& key : server.keys) keys.push_back(key_name(key.key, server.keys));
  const Names key_names(keys.begin(), keys.end());
  if (!fault.key.empty() && !keys.empty() && std::ranges::find(keys, fault.key) == keys.end()) {
    here.fail("key", fmt::format("the server knows no key named '{}'{}", fault.key,
                                 did_you_mean(fault.key, key_names)));
  }
  const Names models(server.models.begin(), server.models.end());
  if (!fault.model.empty() && !models.empty() &&
      std::ranges::find(models, fault.model) == models.end()) {
    here.fail("model", fmt::format("the server has no model '{}'{}", fault.model,
                                   did_you_mean(fault.model, models)));
  }
}

}  // namespace

void check(const Scenario& scenario, config::Reading& reading) {
  const Place servers("servers", reading);
  std::map<std::int64_t, std::string_view> ports;
  for (const auto& [name, server] : scenario.servers) {
    const Place place = servers.at(name);
    check_provider(server, place);
    check_keys(server, place);
    const auto [other, is_new] = ports.try_emplace(server.port, name);
    if (server.port != 0 && !is_new)
      place.fail("port", fmt::format("{} is the port of '{}', too", server.port, other->second));
    for (std::size_t i = 0; i < server.faults.size(); ++i) {
      const Place here = place.at("faults", i);
      if (!here.given("kind")) continue;  // which is an error of its own
      check_options(server.faults[i], here);
      check_choice(server.faults[i], server, here);
    }
  }
}

}  // namespace docwright::providers::simulator
