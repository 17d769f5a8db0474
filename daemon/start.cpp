#include "daemon/start.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "daemon/default_model.h"
#include "daemon/write_now.h"
#include "store/budgets.h"
#include "store/events.h"
#include "store/jobs.h"
#include "store/pipelines.h"

namespace docwright::daemon {
namespace {

constexpr rlim_t kDescriptorsMax = 65'536;

store::BudgetLimit limit_of(const config::BudgetSettings& settings) {
  store::BudgetLimit limit;
  if (!settings.limit.empty()) limit.nusd = parse_money(settings.limit).value_or(0);
  if (settings.limit_tokens > 0) limit.tokens = settings.limit_tokens;
  return limit;
}

store::Window window_of(const config::BudgetSettings& settings) {
  return settings.window == config::BudgetSettings::Window::day ? store::Window::day
                                                                : store::Window::once;
}

Result<std::int64_t> stored_version(store::Store& store, const pipeline::Pipeline& pipeline,
                                    Time now) {
  return write_now<std::int64_t>(store, [&](store::Database& database) -> Result<std::int64_t> {
    store::PipelineVersion version{
        .name = pipeline.name(), .hash = pipeline.hash(), .text = pipeline.bundle(), .parts = {}};
    return store::store_pipeline(database, version, now);
  });
}

// How far back limits that are configured count: of a day, the longest has 25 hours; of a minute, a
// debt may take some.
Duration counted_since(const std::map<std::string, config::LimitSettings>& limits) {
  Duration since{0};
  for (const auto& [name, limit] : limits) {
    const bool day = limit.requests_per_day > 0 || limit.tokens_per_day > 0;
    since = std::max<Duration>(since, day ? std::chrono::hours(25) : std::chrono::hours(1));
  }
  return since;
}

}  // namespace

void harden_process() {
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(S_IRWXG | S_IRWXO);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kDescriptorsMax));
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

Result<config::Configuration> configure(const Arguments& arguments,
                                        const config::Environment& environment) {
  const config::Start start{
      .state = arguments.state, .config_file = arguments.config, .root = ::geteuid() == 0};
  auto configuration = config::load(start, environment);
  if (!configuration) return std::unexpected(config::combined(configuration.error()));
  if (!arguments.endpoint.empty()) configuration->endpoints.requests = arguments.endpoint;
  return std::move(*configuration);
}

Result<std::unique_ptr<store::Store>> open_store(const store::StoreOptions& options, Clock& clock,
                                                 const store::Writer::Listener& listener,
                                                 ServiceManager& manager, Log& log) {
  for (bool told = false;; told = true) {
    manager.extend(std::chrono::minutes(10));
    auto opened = store::Store::open(options, clock, listener);
    if (opened || opened.error().code != Code::no_space) return opened;
    if (!told) {
      log.error("the start waits for room on the disk", {{"reason", opened.error().message}});
      manager.status("waits for room on the disk");
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

Result<std::shared_ptr<const Catalog>> store_catalog(
    const std::shared_ptr<const pipeline::Configured>& configured, std::string default_pipeline,
    store::Store& store, Time now) {
  std::vector<Catalog::Entry> entries;
  for (const auto& [name, pipeline] : configured->catalogue) {
    const auto version = stored_version(store, *pipeline, now);
    if (!version) return std::unexpected(version.error());
    entries.push_back({pipeline, *version});
  }
  return std::make_shared<const Catalog>(std::move(entries), std::move(default_pipeline),
                                         configured);
}

Result<void> apply_budgets(const std::vector<config::BudgetSettings>& budgets, store::Store& store,
                           Time now, Log& log) {
  if (budgets.empty()) return {};
  using Replaced = std::vector<std::string>;
  const auto replaced =
      write_now<Replaced>(store, [&](store::Database& database) -> Result<Replaced> {
        Replaced names;
        const std::vector<store::BudgetState> before = store::budgets(database, now);
        for (const config::BudgetSettings& settings : budgets) {
          const store::BudgetLimit limit = limit_of(settings);
          const store::Window window = window_of(settings);
          const auto old = std::ranges::find(before, window, &store::BudgetState::window);
          const bool same = old != before.end() && old->limit.nusd == limit.nusd &&
                            old->limit.tokens == limit.tokens;
          if (same) continue;
          if (old != before.end()) names.emplace_back(name(window));
          if (auto set = store::set_budget(database, window, limit, now); !set)
            return std::unexpected(set.error());
          store::wake_waiting(database, "budget", {}, now, 10'000);
        }
        return names;
      });
  if (!replaced) return std::unexpected(replaced.error());
  for (const std::string& each : *replaced)
    log.warning("the configuration's budget replaces the one that was set", {{"window", each}});
  return {};
}

Result<StartState> start_state(store::Store& store, const config::Settings& settings, Time now,
                               Log& log) {
  auto state = store.readers().read([](store::Database& database) {
    return StartState{.last_event = store::event_span(database).last,
                      .pauses = store::pauses(database),
                      .default_models = store::default_models(database, kChoicesKept),
                      .recent_calls = {}};
  });
  if (!state) return state;
  auto recent = store.readers().read([&](store::Database& database) {
    return store::recent_calls(database, now - counted_since(settings.limits), now);
  });
  if (recent) {
    state->recent_calls = std::move(*recent);
  } else {
    log.warning(
        "what was asked of providers before this start could not be read: limits count from now "
        "on",
        {{"reason", recent.error().message}});
  }
  return state;
}

pipeline::CallLimits call_limits(const config::Settings& settings, const providers::Models& models,
                                 const std::vector<store::RecentCalls>& recent) {
  pipeline::CallLimits limits{.calls = settings.queue.calls_at_once, .groups = settings.limits};
  for (const store::RecentCalls& calls : recent) {
    const providers::Model* model = models.find(calls.model);
    if (model == nullptr) continue;
    limits.past.push_back({.provider = calls.provider,
                           .model = calls.model,
                           .quota_group = model->quota_group,
                           .at = calls.at,
                           .requests = calls.requests,
                           .usage = calls.usage,
                           .bound = calls.bound,
                           .unsaid = calls.unsaid});
  }
  return limits;
}

pipeline::Endpoints endpoints(const providers::Credentials& credentials, Log& log) {
  return [&credentials, &log](const providers::Provider& provider, const providers::Model& model) {
    auto endpoints = credentials.endpoints(provider, model);
    if (!endpoints) return endpoints;
    for (const providers::Endpoint& endpoint : *endpoints) log.redact(endpoint.key);
    return endpoints;
  };
}

void log_routes(Log& log, const pipeline::Configured& configured,
                const providers::Credentials& credentials) {
  for (const auto& [name, route] : configured.routes.all()) {
    std::vector<std::string_view> keyless;
    for (const pipeline::Target& target : route.targets) {
      const providers::Model& model = *configured.models.find(target.model);
      if (credentials.state(*configured.providers.find(model.provider), model) == "none")
        keyless.push_back(target.model);
    }
    if (keyless.empty() || keyless.size() == route.targets.size()) continue;
    log.info("a route passes over models without a key",
             {{"route", name}, {"models", fmt::format("{}", fmt::join(keyless, ", "))}});
  }
}

TaskGroup::OnFailure log_failures(Log& log) {
  return [&log](const std::string& name, std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log.error("a task failed: this is a bug of docwright",
                {{"task", name}, {"reason", error.what()}});
    }
  };
}

void log_space(Log& log, bool no_space) {
  if (no_space) {
    log.error(
        "no space left on the disk: nothing new is accepted; make room, and everything goes on by "
        "itself");
  } else {
    log.info("there is space again");
  }
}

void log_start(Log& log, const config::Configuration& configuration,
               const store::Recovered& recovered, const wire::Endpoints& endpoints) {
  log.info("started", {{"version", DOCWRIGHT_VERSION},
                       {"run", std::to_string(recovered.run)},
                       {"state", configuration.state},
                       {"configuration",
                        configuration.file.empty() ? std::string("built-in") : configuration.file},
                       {"requests", endpoints.requests}});
  if (!recovered.unclean) return;
  log.warning(
      "the former run ended without saying so: its jobs are resumed from their last checkpoints, "
      "calls in flight stay charged at their bound",
      {{"jobs", std::to_string(recovered.running_jobs)},
       {"unknown_calls", std::to_string(recovered.unknown_calls)},
       {"unknown", money_text(recovered.unknown_nusd)}});
}

}  // namespace docwright::daemon
