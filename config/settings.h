// The daemon's settings, typed. Each member's initialiser is its default; settings.cpp binds each
// to its name in docwright.yaml.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/secret_ref.h"
#include "config/spec.h"

namespace docwright::config {

struct FrontDoorSettings {
  std::string requests, push, events;  // endpoints; empty: ipc sockets beside the state
  std::size_t frame_bytes_max = std::size_t{16} << 20;
  std::size_t message_bytes_max = std::size_t{64} << 20;
  int frames_max = 1001;
  int jobs_per_message_max = 1000;
  int waits_max = 10'000;          // requests that wait for jobs to end
  int event_backlog_max = 10'000;  // events kept for one slow subscriber
};

struct QueueSettings {
  std::int64_t jobs_max = 1'000'000;
  std::int64_t bytes_max = std::int64_t{8} << 30;
  int jobs_at_once = 64;
  std::map<std::string, std::int64_t> pipeline_jobs_at_once;
  int chunks_at_once = 8;  // of one job
  int calls_at_once = 64;  // to providers
  Duration deadline = std::chrono::days(7);
};

struct StoreSettings {
  int batch_changes_max = 512;
  int queue_changes_max = 65'536;
  int readers = 2;
  Duration read_time_max = std::chrono::seconds(10);
};

struct RetentionSettings {  // zero: kept for good
  Duration jobs = std::chrono::days(90);
  Duration metrics = std::chrono::days(400);
  Duration events = std::chrono::days(7);
  Duration rejects = std::chrono::days(30);
};

struct CacheSettings {
  bool enabled = true;
  Duration ttl = std::chrono::days(30);  // zero: for good
};

struct OutlineSettings {
  int children = 2;
  Duration time_max = std::chrono::seconds(10);
  std::size_t memory_bytes_max = std::size_t{1} << 30;
  std::size_t source_bytes_max = std::size_t{16} << 20;
};

struct HttpSettings {
  Duration connect_time_max = std::chrono::seconds(10);
  Duration first_byte_time_max = std::chrono::seconds(300);
  Duration idle_time_max = std::chrono::seconds(120);
  Duration total_time_max = std::chrono::seconds(600);
  int connections_per_host = 64;
  std::size_t response_bytes_max = std::size_t{32} << 20;
  std::string proxy;    // empty: the environment's
  std::string ca_file;  // empty: the system's
};

struct ProviderSettings {
  std::string base_url;         // empty: the environment's, else the provider's own
  SecretRef key;                // neither given: the environment's (OPENAI_API_KEY, ...)
  std::vector<SecretRef> keys;  // further ones, in turn with it
  std::map<std::string, std::string> headers;
};

// Of one quota group, or of each group of a provider. Zero: not known; a provider's answers may say
// it.
struct LimitSettings {
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;  // of prompts and answers
  std::int64_t input_tokens_per_minute = 0, output_tokens_per_minute = 0;
  std::int64_t requests_per_day = 0, tokens_per_day = 0;
  enum class Charges { provider, used, requested, larger };
  Charges charges = Charges::provider;
  Duration burst = std::chrono::seconds(10);
  int calls_at_once_min = 1;
  int calls_at_once_max = 0;
};

struct BudgetSettings {
  enum class Scope { all };
  enum class Window { once, day };
  Scope scope = Scope::all;
  Window window = Window::once;
  std::string limit;              // money; empty: none
  std::int64_t limit_tokens = 0;  // 0: none
};

enum class LogLevel { debug, info, warning, error };
struct LogSettings {
  LogLevel level = LogLevel::info;
};

struct Settings {
  std::string state;  // folder; empty: paths.h
  FrontDoorSettings front_door;
  QueueSettings queue;
  StoreSettings store;
  RetentionSettings retention;
  CacheSettings cache;
  int pool_threads = 2;
  OutlineSettings outline;
  HttpSettings http;
  std::string model = "gpt-5.4-mini";
  std::map<std::string, ProviderSettings> providers;
  enum class UnpricedModels { refuse, allow };
  UnpricedModels unpriced_models = UnpricedModels::refuse;
  std::map<std::string, LimitSettings> limits;
  Node models;  // further entries, in the form of models.yaml; null: none
  Node routes;  // likewise, of routes.yaml
  std::string default_pipeline = "docstrings";
  std::string pipelines,
      prompts;  // folders beside the shipped ones; empty: in the configuration's folder
  std::vector<BudgetSettings> budgets;
  LogSettings log;
  Duration metrics_flush_interval = std::chrono::seconds(1);
  Duration drain_time_max = std::chrono::seconds(30);
};

const Spec<Settings>& settings_spec();

}  // namespace docwright::config
