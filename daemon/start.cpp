#include "daemon/start.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "config/shipped.h"
#include "store/budgets.h"
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

Result<std::shared_ptr<const Catalog>> load_catalog(const config::Configuration& configuration,
                                                    const pipeline::StepRegistry& steps,
                                                    const providers::Registry& providers,
                                                    std::shared_ptr<const providers::Models> models,
                                                    store::Store& store, Time now) {
  const config::Library pipelines("pipelines", configuration.pipelines);
  const config::Library prompts("prompts", configuration.prompts);
  const pipeline::Surroundings surroundings{
      .steps = steps,
      .models = models.get(),
      .providers = &providers,
      .default_model = configuration.settings.model,
      .prompt = [&](std::string_view name) { return prompts.find(name); },
      .prompts = prompts.names()};
  auto catalogue = pipeline::load_catalogue(pipelines, surroundings);
  if (!catalogue) return std::unexpected(config::combined(catalogue.error()));
  std::vector<Catalog::Entry> entries;
  for (const auto& [name, pipeline] : *catalogue) {
    const auto version = stored_version(store, *pipeline, now);
    if (!version) return std::unexpected(version.error());
    entries.push_back({pipeline, *version});
  }
  auto catalog = std::make_shared<const Catalog>(
      std::move(entries), configuration.settings.default_pipeline, std::move(models));
  if (catalog->find(catalog->default_pipeline()) != nullptr) return catalog;
  return fail(Code::configuration,
              fmt::format("default_pipeline names '{}', and there is no such pipeline",
                          catalog->default_pipeline()));
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

store::Retention retention_of(const config::RetentionSettings& settings) {
  return {.jobs = settings.jobs,
          .events = settings.events,
          .metrics = settings.metrics,
          .rejects = settings.rejects};
}

wire::Limits limits_of(const config::FrontDoorSettings& settings) {
  return {.frame_bytes = settings.frame_bytes_max,
          .message_bytes = settings.message_bytes_max,
          .jobs = static_cast<std::size_t>(settings.jobs_per_message_max),
          .frames = static_cast<std::size_t>(settings.frames_max)};
}

}  // namespace docwright::daemon
