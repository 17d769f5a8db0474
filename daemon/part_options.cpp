#include "daemon/part_options.h"

#include <algorithm>

namespace docwright::daemon {
namespace {

// CPU time decides, so that a file has the same outline on an idle and on a busy machine; the clock
// only stands behind it.
constexpr int kBusyMachine = 6;

}  // namespace

store::StoreOptions store_options(const config::Configuration& configuration) {
  const config::StoreSettings& settings = configuration.settings.store;
  return {.path = configuration.database,
          .version = DOCWRIGHT_VERSION,
          .writer = {.batch_max = static_cast<std::size_t>(settings.batch_changes_max),
                     .queue_max = static_cast<std::size_t>(settings.queue_changes_max)},
          .readers = {.connections = settings.readers, .deadline = settings.read_time_max}};
}

std::optional<Duration> cache_time(const config::CacheSettings& settings) {
  return settings.enabled ? std::optional(settings.ttl) : std::nullopt;
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

ReceptionOptions reception_options(const config::Settings& settings) {
  return {.limits = limits_of(settings.front_door),
          .queue = {.jobs_max = settings.queue.jobs_max, .bytes_max = settings.queue.bytes_max},
          .waiting = {.waiters = static_cast<std::size_t>(settings.front_door.waits_max)},
          .deadline = settings.queue.deadline,
          .cache_time = cache_time(settings.cache)};
}

DispatcherOptions dispatcher_options(const config::QueueSettings& settings) {
  DispatcherOptions options{.jobs_at_once = settings.jobs_at_once, .pipeline_jobs_at_once = {}};
  for (const auto& [pipeline, most] : settings.pipeline_jobs_at_once)
    options.pipeline_jobs_at_once.emplace(pipeline, static_cast<int>(most));
  return options;
}

providers::HttpOptions http_options(const config::HttpSettings& settings) {
  return {
      .limits = {.connect = settings.connect_time_max,
                 .first_byte = settings.first_byte_time_max,
                 .idle = settings.idle_time_max,
                 .total = settings.total_time_max,
                 .connections_per_host = static_cast<std::size_t>(settings.connections_per_host),
                 .response_bytes_max = settings.response_bytes_max},
      .proxy = settings.proxy,
      .ca_file = settings.ca_file};
}

outline::ServiceOptions outline_options(const config::OutlineSettings& settings) {
  outline::ServiceOptions options;
  options.children = settings.children;
  options.cpu_limit = settings.time_max;
  options.time_limit = kBusyMachine * settings.time_max;
  options.memory_bytes_max = settings.memory_bytes_max;
  options.source_bytes_max = settings.source_bytes_max;
  return options;
}

Log::Level level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return Log::Level::debug;
    case config::LogLevel::info:
      return Log::Level::info;
    case config::LogLevel::warning:
      return Log::Level::warning;
    case config::LogLevel::error:
      return Log::Level::error;
  }
  return Log::Level::info;
}

}  // namespace docwright::daemon
