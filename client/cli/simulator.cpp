// simulator: a server that plays the providers, for rehearsals without a key and without cost.
#include "providers/simulator/simulator.h"

#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/values.h"
#include "client/cli/verbs.h"
#include "client/source_files.h"

namespace docwright::cli {
namespace {

namespace simulator = providers::simulator;

constexpr std::size_t kScenarioBytesMax = std::size_t{1} << 20;

struct SimulatorArguments {
  simulator::Server server;
  std::optional<std::string> scenario, ledger, config;
  std::int64_t seed = 1;
  std::string latency = "0ms", retry_after = "1s";
  std::vector<std::string> faults;
};

Result<simulator::Scenario> shorthands(const SimulatorArguments& arguments) {
  simulator::Server server = arguments.server;
  for (const auto& [text, target, name] :
       {std::tuple(&arguments.latency, &server.latency.first_byte, "--latency"),
        std::tuple(&arguments.retry_after, &server.retry_after, "--retry-after")}) {
    const auto duration = duration_of(name, *text);
    if (!duration) return std::unexpected(duration.error());
    *target = *duration;
  }
  for (const std::string& text : arguments.faults) {
    auto fault = simulator::parse_fault(text);
    if (!fault)
      return fail(Code::invalid_request, fmt::format("--fault {}", fault.error().message));
    server.faults.push_back(*fault);
  }
  simulator::Scenario scenario = simulator::one_server(std::move(server));
  scenario.seed = arguments.seed;
  return scenario;
}

// What the command line says beside a scenario would be lost.
bool has_shorthands(const SimulatorArguments& arguments) {
  const simulator::LimitOptions& limits = arguments.server.limits;
  const SimulatorArguments none;
  return arguments.server.port != 0 || limits.requests_per_minute != 0 ||
         limits.tokens_per_minute != 0 || limits.concurrent_max != 0 ||
         arguments.seed != none.seed || arguments.latency != none.latency ||
         arguments.retry_after != none.retry_after || !arguments.faults.empty();
}

Result<simulator::Scenario> scenario_of(const SimulatorArguments& arguments) {
  Result<simulator::Scenario> scenario;
  if (arguments.scenario) {
    if (has_shorthands(arguments)) {
      return fail(Code::invalid_request,
                  "beside --scenario only --ledger and --config are taken: the other options "
                  "belong into the file");
    }
    const auto text = client::read_file(*arguments.scenario, kScenarioBytesMax);
    if (!text) return std::unexpected(text.error());
    scenario = simulator::parse_scenario(*arguments.scenario, *text);
  } else {
    scenario = shorthands(arguments);
  }
  if (scenario && arguments.ledger) scenario->ledger = *arguments.ledger;
  return scenario;
}

// The shipped catalogue, and what the configuration that was named adds.
Result<providers::Models> models_of(Session& session, const SimulatorArguments& arguments,
                                    const providers::Registry& providers) {
  if (!arguments.config) return providers::Models::shipped(providers);
  const auto configuration = session.configuration(arguments.config);
  if (!configuration) return std::unexpected(config::combined(configuration.error()));
  const config::Settings& settings = configuration->settings;
  return providers::Models::shipped(providers, settings.models, settings.unpriced_models);
}

Result<Exit> simulate(Session& session, const SimulatorArguments& arguments) {
  const auto scenario = scenario_of(arguments);
  if (!scenario) return std::unexpected(scenario.error());
  const providers::Registry providers = providers::all_providers();
  const auto models = models_of(session, arguments, providers);
  if (!models) return std::unexpected(models.error());
  if (auto served = simulator::run_simulator(*scenario, providers, *models); !served)
    return std::unexpected(served.error());
  return Exit::done;
}

std::string fault_list() {
  std::string text = "Faults (KIND, KIND:every N, KIND:from N, or KIND:PROBABILITY):\n";
  for (const auto& fault : simulator::fault_descriptions())
    text += fmt::format("  {:<16}{}\n", fault.name, fault.sentence);
  return text;
}

}  // namespace

Verb simulator_verb() {
  return {"simulator", "Plays the providers on the loopback, with faults on demand",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<SimulatorArguments>();
            simulator::Server& server = arguments->server;
            options.text("--scenario", "FILE", arguments->scenario,
                         "What it plays, as YAML (docs/simulator.md); the options below but "
                         "--ledger and --config are shorthands for a scenario of one server");
            options.text("--config", "FILE", arguments->config,
                         "A docwright.yaml: its models have their windows and prices here, too");
            options.number("--port", "PORT", server.port, 0, 65535,
                           "0: a free one, printed at the start");
            options.text("--latency", "DURATION", arguments->latency, "Before each answer (0ms)");
            options.list("--fault", "FAULT", arguments->faults,
                         "What goes wrong, and how often; see below");
            options.text("--retry-after", "DURATION", arguments->retry_after,
                         "What a rate_limit says (1s)");
            options.number("--seed", "N", arguments->seed, 0, INT64_MAX,
                           "Of what is decided by chance (1)");
            options.number("--requests-per-minute", "N", server.limits.requests_per_minute, 0,
                           1'000'000'000, "More are refused; 0: no limit");
            options.number("--tokens-per-minute", "N", server.limits.tokens_per_minute, 0,
                           1'000'000'000'000, "More are refused; 0: no limit");
            options.number("--concurrent-max", "N", server.limits.concurrent_max, 0, 1'000'000,
                           "More at once are refused; 0: no limit");
            options.text("--ledger", "FILE", arguments->ledger,
                         "Every request that was served, one JSON line each");
            options.footer(fault_list());
            return [arguments](Session& session) { return simulate(session, *arguments); };
          }};
}

}  // namespace docwright::cli
