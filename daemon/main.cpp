// docwrightd: what it is made of, in the order in which it comes to life.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <random>
#include <span>
#include <sstream>

#include "config/secrets.h"
#include "daemon/default_model.h"
#include "daemon/housekeeping.h"
#include "daemon/lifetime.h"
#include "daemon/part_options.h"
#include "daemon/provider_states.h"
#include "daemon/start.h"
#include "daemon/state_folder.h"
#include "daemon/text_board.h"
#include "pipeline/call/call_desk.h"
#include "providers/credentials.h"
#include "runtime/id.h"
#include "store/events.h"
#include "store/pauses.h"

namespace docwright::daemon {
namespace {

// One error has its place beside it; several come as lines, each with its own.
int refuse(Log& log, const Error& error, int code) {
  const bool one = error.message.find('\n') == std::string::npos && !error.at.empty();
  std::istringstream lines(one ? error.at + ": " + error.message : error.message);
  for (std::string line; std::getline(lines, line);) log.error(line);
  return code;
}

// What the store holds when work begins: the pipelines and budgets of this configuration, and what
// the former runs have left.
struct Prepared {
  std::shared_ptr<const Catalog> catalog;
  StartState state;
};
struct Refusal {
  Error error;
  int code;
};
std::expected<Prepared, Refusal> prepare(
    const std::shared_ptr<const pipeline::Configured>& configured, const config::Settings& settings,
    store::Store& store, const Clock& clock, Log& log) {
  const auto refusal = [](const Error& error, int code) {
    return std::unexpected(Refusal{error, code});
  };
  auto catalog = store_catalog(configured, settings.default_pipeline, store, clock.now());
  if (!catalog) return refusal(catalog.error(), kExitConfiguration);
  for (const std::string& old : configured->models.old_prices(clock.now())) log.warning(old);
  if (auto set = apply_budgets(settings.budgets, store, clock.now(), log); !set)
    return refusal(set.error(), kExitConfiguration);
  if (auto checked = check_default_model(*configured, store, clock.now(), log); !checked)
    return refusal(checked.error(), kExitStore);
  auto state = start_state(store, settings, clock.now(), log);
  if (!state) return refusal(state.error(), kExitStore);
  return Prepared{std::move(*catalog), std::move(*state)};
}

wire::PingReply ping_reply(const config::Configuration& configuration, const StartState& state,
                           const wire::Endpoints& endpoints, Time now) {
  const config::Settings& settings = configuration.settings;
  return {.version = DOCWRIGHT_VERSION,
          .protocol = {wire::kVersion},
          .instance = new_id(now),
          .pid = ::getpid(),
          .started_at = now,
          .state = configuration.state,
          .database = configuration.database,
          .default_pipeline = settings.default_pipeline,
          .default_model = view(last_of(state.default_models), settings.model),
          .endpoints = endpoints,
          .limits = limits_of(settings.front_door),
          .seq = state.last_event};
}

int serve(const config::Configuration& configuration, const config::Environment& environment,
          Log& log) {
  const config::Settings& settings = configuration.settings;
  SystemClock clock;
  Loop loop(clock);
  // Heard once work begins, and until nothing is left to be closed: a second one must not kill what
  // is ending already.
  std::optional<boost::asio::signal_set> signals;
  ServiceManager manager;

  // Who answers, which steps there are, and the pipelines that are made of them.
  auto made = pipeline::configured(configuration);
  if (!made) return refuse(log, config::combined(made.error()), kExitConfiguration);
  const std::shared_ptr<const pipeline::Configured> configured = std::move(*made);
  const providers::Registry& providers = configured->providers;
  const providers::Models& models = configured->models;

  // What is remembered. From open() on the database is migrated, and what the former run left open
  // is settled.
  CommitListeners listeners;
  FatalSwitch fatal(log);
  auto opened = open_store(
      store_options(configuration), clock,
      {.on_events = [&](const std::vector<store::Event>& events) { listeners.committed(events); },
       .on_fatal = [&](const Error& error) { fatal.pull(error); },
       .on_space_changed = [&](bool no_space) { log_space(log, no_space); },
       .on_commit = [&](std::size_t, Duration time) { listeners.timed(time); }},
      manager, log);
  if (!opened)
    return refuse(log, opened.error(),
                  opened.error().code == Code::conflict ? kExitBusy : kExitStore);
  store::Store& store = **opened;
  const auto prepared = prepare(configured, settings, store, clock, log);
  if (!prepared) return refuse(log, prepared.error().error, prepared.error().code);
  const auto& [catalog, state] = *prepared;

  // What work is.
  Pool pool(loop, static_cast<std::size_t>(settings.pool_threads));
  Random random(std::random_device{}());
  config::Secrets secrets(environment);
  const providers::Credentials credentials(settings.providers, secrets, environment);
  providers::HttpClient http(loop, http_options(settings.http));
  pipeline::HttpSender sender(http);
  StoreJournal journal(loop, pool, store, cache_time(settings.cache));
  StoreDocuments documents(loop, store);
  StoreMetrics metrics(loop, store, log);
  outline::Service outlines(loop, outline_options(settings.outline));
  TextBoard text(loop);
  pipeline::CallDesk calls(
      {loop, pool, log, random, journal, metrics, sender, endpoints(credentials, log), &text},
      call_limits(settings, models, state.recent_calls));
  for (const store::Pause& pause : state.pauses) calls.pause(pause.pipeline);
  for (const store::DefaultModel& chosen : state.default_models)
    calls.default_model().use(chosen.name);
  PipelineShelf shelf(pool, store, configured->steps, *catalog);
  JobRunner runner(store, shelf, documents,
                   {loop, pool, log, random, outlines, providers, models, configured->routes, calls,
                    journal, documents, metrics, settings.queue.chunks_at_once});
  Dispatcher dispatcher({loop, store, runner, journal, calls, log, log_failures(log)},
                        dispatcher_options(settings.queue));

  // Where clients come in.
  auto sockets =
      Sockets::open({.endpoints = {configuration.endpoints.requests, configuration.endpoints.push,
                                   configuration.endpoints.events},
                     .limits = limits_of(settings.front_door),
                     .events_backlog = settings.front_door.event_backlog_max},
                    log);
  if (!sockets) return refuse(log, sockets.error(), kExitConfiguration);
  FrontDoor door(std::move(*sockets), clock, log);
  const wire::PingReply ping = ping_reply(configuration, state, door.endpoints(), clock.now());
  Reception reception({door, store, pool, dispatcher, clock, log, catalog, credentials, ping,
                       [&](auto done) {
                         loop.post([&, done = std::move(done)]() mutable {
                           done(provider_states(*catalog, credentials, calls));
                         });
                       },
                       [&](std::string_view topic, bool on) { text.subscribed(topic, on); }},
                      reception_options(settings));

  signals.emplace(loop.context(), SIGTERM, SIGINT);
  text.open(through(door, clock, ping.instance));
  // From here on work goes on, and clients are answered.
  listeners.set(&reception, &metrics);
  dispatcher.start();
  // What they wait for may have come with this start: keys, prices, another default model.
  for (const char* reason : {"no_credentials", "quota", "budget"})
    dispatcher.wake_waiting(reason, {});
  door.start(reception);
  TaskGroup duties(loop, log_failures(log));
  duties.spawn("forget", forget(loop, store, log, retention_of(settings.retention)));
  duties.spawn("metrics", metrics.flush_for_ever(settings.metrics_flush_interval));
  duties.spawn("observe", observe(loop, {store, pool, door, metrics, manager}));
  duties.spawn("watchdog", watch(loop, manager,
                                 {{"loop", [&] { return loop.turns(); }},
                                  {"front door", [&] { return door.turns(); }},
                                  {"writer", [&] { return store.writer().turns(); }}}));
  log_routes(log, *configured, credentials);
  log_start(log, configuration, store.recovered(), door.endpoints());
  manager.ready("takes jobs at " + door.endpoints().requests);

  boost::asio::co_spawn(loop.executor(),
                        live({*signals, loop, log, manager, reception, dispatcher, calls, journal,
                              metrics, store.writer(), duties, settings.drain_time_max}),
                        [&](std::exception_ptr failure) {
                          loop.stop();
                          if (failure) std::rethrow_exception(failure);
                        });
  loop.run();

  // Nothing runs any more. The threads end in an order in which none speaks to one that has gone.
  listeners.set(nullptr, nullptr);
  pool.join();
  door.stop();
  return kExitDone;
}

int start(std::span<char* const> words) {
  Log log(Log::Level::info);
  const auto arguments = parse_arguments(words);
  if (!arguments) {
    fmt::print(stderr, "docwrightd: {}\n\n{}", arguments.error().message, usage());
    return kExitUsage;
  }
  if (arguments->help || arguments->version) {
    fmt::print("{}", arguments->help ? usage() : fmt::format("docwrightd {}\n", DOCWRIGHT_VERSION));
    return kExitDone;
  }
  harden_process();
  const config::Environment environment = config::Environment::of_process();
  const auto configuration = configure(*arguments, environment);
  if (!configuration) return refuse(log, configuration.error(), kExitConfiguration);
  log.set_level(level_of(configuration->settings.log.level));
  const auto folder = StateFolder::open(configuration->state);
  if (!folder)
    return refuse(log, folder.error(),
                  folder.error().code == Code::conflict ? kExitBusy : kExitStore);
  return serve(*configuration, environment, log);
}

}  // namespace
}  // namespace docwright::daemon

int main(int argc, char** argv) {
  const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
  if (argc > 1 && std::string_view(words[1]) == docwright::outline::kChildArgument)
    return docwright::outline::child_main();
  return docwright::daemon::start(words.subspan(argc > 0 ? 1 : 0));
}
