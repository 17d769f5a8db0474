#include "config/settings.h"

#include "config/paths.h"
#include "config/provider_settings.h"

namespace docwright::config {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kMiB = 1 << 20;
constexpr double kGiB = 1 << 30;

std::string endpoint_rule(const std::string& endpoint) {
  if (endpoint.empty()) return {};
  const auto checked = check_endpoint(endpoint);
  return checked ? std::string() : checked.error().message;
}

const Spec<FrontDoorSettings>& front_door_spec() {
  using S = FrontDoorSettings;
  static const Spec<S> spec(
      "The ZeroMQ sockets, and the limits of what they accept.",
      {
          option("requests", &S::requests)
              .check(endpoint_rule)
              .about("Endpoint of requests and replies (ROUTER); default: docwright.sock beside "
                     "the state."),
          option("push", &S::push)
              .check(endpoint_rule)
              .about("Endpoint of messages without a reply (PULL); default: docwright.push beside "
                     "the state."),
          option("events", &S::events)
              .check(endpoint_rule)
              .about("Endpoint of events (XPUB); default: docwright.events beside the state."),
          option("frame_bytes_max", &S::frame_bytes_max)
              .bytes()
              .range(1024, kGiB)
              .about(
                  "Largest frame, so the largest source file; a larger one ends the connection."),
          option("message_bytes_max", &S::message_bytes_max)
              .bytes()
              .range(1024, 2 * kGiB)
              .about("Largest message, all frames together."),
          option("frames_max", &S::frames_max)
              .range(2, 100'001)
              .unit("frames")
              .about("Frames of one message, the header included."),
          option("jobs_per_message_max", &S::jobs_per_message_max)
              .range(1, 100'000)
              .unit("jobs")
              .about("Jobs of one submit."),
          option("waits_max", &S::waits_max)
              .range(1, 1'000'000)
              .unit("requests")
              .about("Requests that wait for jobs at the same time; more are answered with busy."),
          option("event_backlog_max", &S::event_backlog_max)
              .range(1, 10'000'000)
              .unit("events")
              .about("Events kept for one slow subscriber; it asks for what it missed."),
      });
  return spec;
}

const Spec<QueueSettings>& queue_spec() {
  using S = QueueSettings;
  static const Spec<S> spec(
      "How many jobs may wait, and how many run at once.",
      {
          option("jobs_max", &S::jobs_max)
              .range(1, 100'000'000)
              .unit("jobs")
              .about("Unfinished jobs; a submit over it is answered with busy."),
          option("bytes_max", &S::bytes_max)
              .bytes()
              .range(kMiB, 1024 * kGiB)
              .about("Source bytes of unfinished jobs; a submit over it is answered with busy."),
          option("jobs_at_once", &S::jobs_at_once)
              .range(1, 10'000)
              .unit("jobs")
              .about("Jobs that run at the same time."),
          option("pipeline_jobs_at_once", &S::pipeline_jobs_at_once)
              .range(1, 10'000)
              .unit("jobs")
              .about("The same for single pipelines, by name; others have only the common limit."),
          option("chunks_at_once", &S::chunks_at_once)
              .range(1, 1000)
              .unit("chunks")
              .about("Chunks of one job that are worked on at the same time."),
          option("calls_at_once", &S::calls_at_once)
              .range(1, 10'000)
              .unit("calls")
              .about("Calls to providers that are in flight at the same time."),
          option("deadline", &S::deadline)
              .range(seconds(1), days(90))
              .about("How long after its submit a job ends at the latest, where the submit does "
                     "not say."),
      });
  return spec;
}

const Spec<StoreSettings>& store_spec() {
  using S = StoreSettings;
  static const Spec<S> spec(
      "The database.",
      {
          option("batch_changes_max", &S::batch_changes_max)
              .range(1, 100'000)
              .unit("changes")
              .about("Changes committed in one transaction at most; larger batches cost latency."),
          option("queue_changes_max", &S::queue_changes_max)
              .range(16, 10'000'000)
              .unit("changes")
              .about("Changes that wait for the writer; further submits are answered with busy."),
          option("readers", &S::readers)
              .range(1, 64)
              .unit("connections")
              .about("Read-only connections for status, list and reports."),
          option("read_time_max", &S::read_time_max)
              .range(milliseconds(100), minutes(10))
              .about("A query that takes longer is ended."),
      });
  return spec;
}

const Spec<RetentionSettings>& retention_spec() {
  using S = RetentionSettings;
  const auto most = days(36'500);
  static const Spec<S> spec(
      "How long things are kept; 0s keeps them for good.",
      {
          option("jobs", &S::jobs)
              .range(seconds(0), most)
              .about("Finished jobs with their calls and answers; what they cost and the latest "
                     "documents stay."),
          option("metrics", &S::metrics).range(seconds(0), most).about("The history of metrics."),
          option("events", &S::events)
              .range(seconds(0), most)
              .about("Events, for clients that ask for what they missed."),
          option("rejects", &S::rejects)
              .range(seconds(0), most)
              .about("Refused messages of the push socket."),
      });
  return spec;
}

const Spec<CacheSettings>& cache_spec() {
  using S = CacheSettings;
  static const Spec<S> spec(
      "Answers that serve other jobs of the same tenant that ask exactly the same.",
      {
          option("enabled", &S::enabled)
              .about("Whether they do; a job's own answers serve it in any case."),
          option("ttl", &S::ttl)
              .range(seconds(0), days(36'500))
              .about("How long an answer does; 0s: as long as its job is kept (retention.jobs)."),
      });
  return spec;
}

const Spec<OutlineSettings>& outline_spec() {
  using S = OutlineSettings;
  static const Spec<S> spec(
      "The children that parse sources; one that runs away is ended, and its file is cut by lines.",
      {
          option("children", &S::children)
              .range(1, 64)
              .unit("processes")
              .about("Children at the same time."),
          option("time_max", &S::time_max)
              .range(milliseconds(100), minutes(10))
              .about("CPU time for one file; by the clock it may take six times as long."),
          option("memory_bytes_max", &S::memory_bytes_max)
              .bytes()
              .range(64 * kMiB, 64 * kGiB)
              .about("Address space of a child."),
          option("source_bytes_max", &S::source_bytes_max)
              .bytes()
              .range(1024, kGiB)
              .about("Larger files are cut by lines."),
      });
  return spec;
}

const Spec<BudgetSettings>& budget_spec() {
  using S = BudgetSettings;
  static const Spec<S> spec(
      "Ceilings that hold from the start; `docwright budget set` makes more.",
      {
          word("scope", &S::scope, {{"all", S::Scope::all}})
              .about("What it covers: everything this daemon spends."),
          word("window", &S::window, {{"once", S::Window::once}, {"day", S::Window::day}})
              .about("For good, or for each calendar day (UTC)."),
          option("limit", &S::limit).money().about("Ceiling in money."),
          option("limit_tokens", &S::limit_tokens)
              .range(0, 1e12)
              .unit("tokens")
              .about("Ceiling in tokens of prompts and answers; 0: none."),
      });
  return spec;
}

std::string budgets_rule(const std::vector<BudgetSettings>& budgets) {
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    if (budgets[i].limit.empty() && budgets[i].limit_tokens == 0) {
      return "number " + std::to_string(i + 1) +
             " limits nothing: expected limit, limit_tokens or both";
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (budgets[j].scope == budgets[i].scope && budgets[j].window == budgets[i].window) {
        return "numbers " + std::to_string(j + 1) + " and " + std::to_string(i + 1) +
               " have the same scope and window: expected one";
      }
    }
  }
  return {};
}

const Spec<LogSettings>& log_spec() {
  using S = LogSettings;
  static const Spec<S> spec("What is written to stderr (under systemd: the journal).",
                            {
                                word("level", &S::level,
                                     {{"debug", LogLevel::debug},
                                      {"info", LogLevel::info},
                                      {"warning", LogLevel::warning},
                                      {"error", LogLevel::error}})
                                    .about("The least level that is written."),
                            });
  return spec;
}

}  // namespace

const Spec<Settings>& settings_spec() {
  using S = Settings;
  static const Spec<S> spec(
      "The configuration of docwrightd (docwright.yaml).",
      {
          option("state", &S::state)
              .about("Folder of the database and the sockets; default: /var/lib/docwright for "
                     "root, else $XDG_STATE_HOME/docwright."),
          group("front_door", &S::front_door, front_door_spec()),
          group("queue", &S::queue, queue_spec()),
          group("store", &S::store, store_spec()),
          group("retention", &S::retention, retention_spec()),
          group("cache", &S::cache, cache_spec()),
          option("pool_threads", &S::pool_threads)
              .range(1, 256)
              .unit("threads")
              .about("Threads for CPU work and queries."),
          group("outline", &S::outline, outline_spec()),
          group("http", &S::http, http_spec()),
          option("model", &S::model)
              .range(1, 100)
              .about("The model, or the route, of calls whose pipeline names none."),
          table("providers", &S::providers, provider_spec()),
          table("limits", &S::limits, limit_spec()),
          option("models", &S::models)
              .about("Further models, and changes to shipped ones, in the form of models.yaml."),
          word("unpriced_models", &S::unpriced_models,
               {{"refuse", S::UnpricedModels::refuse}, {"allow", S::UnpricedModels::allow}})
              .about("Models without prices: refused at submit and at lint, or asked without "
                     "knowing what they cost, where no ceiling in money applies."),
          option("routes", &S::routes)
              .about("Routes, in the form of routes.yaml: names for lists of models, of which the "
                     "first that can answer does."),
          option("default_pipeline", &S::default_pipeline)
              .range(1, 100)
              .about("The pipeline of jobs that name none."),
          option("pipelines", &S::pipelines)
              .about("Folder of own pipelines, NAME.yaml, beside the shipped ones; default: "
                     "pipelines in the configuration's folder."),
          option("prompts", &S::prompts)
              .about("Folder of own prompts, NAME.yaml, beside the shipped ones; default: prompts "
                     "in the configuration's folder."),
          records("budgets", &S::budgets, budget_spec()).check(budgets_rule),
          group("log", &S::log, log_spec()),
          option("metrics_flush_interval", &S::metrics_flush_interval)
              .range(milliseconds(100), hours(1))
              .about("How often counted operations are written down; a crash loses at most so much "
                     "of them."),
          option("drain_time_max", &S::drain_time_max)
              .range(seconds(0), minutes(10))
              .about("How long a stop waits for calls in flight; what still runs then resumes at "
                     "the next start."),
      });
  return spec;
}

}  // namespace docwright::config
