// simulator: a server that plays the providers, for rehearsals without a key and without cost.
#include "providers/simulator/simulator.h"

#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/verbs.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

namespace simulator = providers::simulator;

struct SimulatorArguments {
  simulator::Options options;
  std::int64_t port = 0, seed = 1;
  std::string latency = "0ms", retry_after = "1s";
  std::vector<std::string> faults;
};

Result<simulator::Options> options_of(const SimulatorArguments& arguments) {
  simulator::Options options = arguments.options;
  options.port = static_cast<std::uint16_t>(arguments.port);
  options.seed = static_cast<std::uint64_t>(arguments.seed);
  for (const auto& [text, target, name] :
       {std::tuple(&arguments.latency, &options.latency, "--latency"),
        std::tuple(&arguments.retry_after, &options.retry_after, "--retry-after")}) {
    const auto duration = parse_duration(*text);
    if (!duration)
      return fail(Code::invalid_request,
                  fmt::format("{} '{}': {}", name, *text, duration.error().message));
    *target = *duration;
  }
  for (const std::string& text : arguments.faults) {
    auto fault = simulator::parse_fault(text);
    if (!fault)
      return fail(Code::invalid_request, fmt::format("--fault {}", fault.error().message));
    options.faults.push_back(*fault);
  }
  return options;
}

Result<Exit> simulate(Session&, const SimulatorArguments& arguments) {
  auto options = options_of(arguments);
  if (!options) return std::unexpected(options.error());
  const providers::Registry providers = providers::all_providers();
  const auto models = providers::Models::shipped(providers);
  if (!models) return std::unexpected(models.error());
  if (auto served = simulator::run_simulator(std::move(*options), *models); !served)
    return std::unexpected(served.error());
  return Exit::done;
}

std::string fault_list() {
  std::string text = "Faults (KIND, KIND:every N, or KIND:PROBABILITY):\n";
  for (const auto& fault : simulator::fault_descriptions())
    text += fmt::format("  {:<16}{}\n", fault.name, fault.sentence);
  return text;
}

}  // namespace

Verb simulator_verb() {
  return {"simulator", "Plays the providers on the loopback, with faults on demand",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<SimulatorArguments>();
            simulator::Options& how = arguments->options;
            options.number("--port", "PORT", arguments->port, 0, 65535,
                           "0: a free one, printed at the start");
            options.text("--latency", "DURATION", arguments->latency, "Before each answer (0ms)");
            options.list("--fault", "FAULT", arguments->faults,
                         "What goes wrong, and how often; see below");
            options.text("--retry-after", "DURATION", arguments->retry_after,
                         "What a rate_limit says (1s)");
            options.number("--seed", "N", arguments->seed, 0, INT64_MAX,
                           "Of faults by probability (1)");
            options.number("--requests-per-minute", "N", how.requests_per_minute, 0, 1'000'000'000,
                           "More get a 429; 0: no limit");
            options.number("--concurrent-max", "N", how.concurrent_max, 0, 1'000'000,
                           "More at once get a 429; 0: no limit");
            options.text("--ledger", "FILE", how.ledger_file,
                         "Every request that was served, one JSON line each");
            options.footer(fault_list());
            return [arguments](Session& session) { return simulate(session, *arguments); };
          }};
}

}  // namespace docwright::cli
