// Everything that a run of the pipeline needs, in virtual time: a provider on a script, models of
// known prices, a journal in memory, and a daemon (desk and runs) that can be killed and started
// again on what was written.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "pipeline/call/call_desk.h"
#include "pipeline/pipeline.h"
#include "runtime/id.h"
#include "tests/support/fake_ports.h"
#include "tests/support/scripted_provider.h"

namespace docwright::test {

inline constexpr const char* kTestModels = R"(models:
  test: {provider: openai, api_name: test-1, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}
  other: {provider: openai, api_name: other-1, window_tokens: 20000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}, parameters: {temperature: 1, seed: 7}, parameters_refused: [top_p], parameters_exclusive: [user or tier, logprobs or temperature]}
  small: {provider: openai, api_name: small-1, window_tokens: 3000, output_tokens_max: 2500, prices: {input: 1USD, output: 2USD}}
  wide: {provider: openai, api_name: wide-1, window_tokens: 128000, output_tokens_max: 128000, prices: {input: 1USD, output: 2USD}}
  unpriced: {provider: openai, api_name: unpriced-1, window_tokens: 20000, output_tokens_max: 3000}
  offline: {provider: offline, window_tokens: 1000000, output_tokens_max: 100000, prices: {input: 0USD, output: 0USD}}
)";

inline constexpr const char* kTestSteps = R"(name: p
steps:
  - validate
  - chunk
  - call: {model: test, answer_tokens_max: 1000, retries: 3, system: 'Write {{answer_language}}.', user: "{{code}}\n{{facts}}\n"}
  - parse
  - store
)";

class PipelineWorld : public ::testing::Test {
 protected:
  PipelineWorld()
      : models_(providers::Models::parse({{"models.yaml", kTestModels}}, registry_, {},
                                         providers::Models::Unpriced::allow)
                    .value()),
        outlines_(loop_, {}),
        disk_(loop_),
        journal_(loop_, disk_),
        documents_(disk_, journal_),
        provider_(loop_) {
    start();
  }
  ~PipelineWorld() override { stop(); }

  std::shared_ptr<const Pipeline> pipeline(const std::string& yaml) {
    const Surroundings around{.steps = steps_,
                              .models = &models_,
                              .routes = &routes_,
                              .providers = &registry_,
                              .default_model = "test"};
    auto parsed = parse_pipeline({"p.yaml", yaml}, around);
    if (!parsed) {
      ADD_FAILURE() << config::combined(parsed.error()).message;
      return nullptr;
    }
    return *parsed;
  }

  std::shared_ptr<Job> job(std::int64_t row = 1, const std::string& yaml = kTestSteps) {
    auto job = std::make_shared<Job>();
    job->row = row;
    job->id = "job-" + std::to_string(row);
    job->attempt = 1;
    job->tenant = "t";
    job->project = "shop";
    job->path = "a.py";
    job->pipeline = pipeline(yaml);
    job->source = std::make_shared<const std::string>("def f0(x):\n    return x\n");
    job->source_hash = sha256(*job->source);
    job->traceparent = new_traceparent();
    job->deadline = clock_.now() + std::chrono::hours(24 * 7);
    return job;
  }

  static outline::Definition function(const std::string& symbol) {
    outline::Definition target;
    target.kind = outline::Kind::function;
    target.name = target.symbol = symbol;
    target.signature = "def " + symbol + "(x)";
    target.parameters = {{"x", "", "", "positional_or_keyword"}};
    target.returns_value = true;
    target.visibility = "public";
    return target;
  }

  // A job whose source is cut already: chunks of `targets` functions each, no two chunks alike.
  std::shared_ptr<Job> planned_job(int chunks, int targets = 1, std::int64_t row = 1,
                                   const std::string& yaml = kTestSteps) {
    auto made = job(row, yaml);
    made->attempt = 2;  // the one that made the plan was the first
    std::string source;
    Plan plan;
    plan.language = outline::Language::python;
    for (int c = 0; c < chunks; ++c) {
      Chunk chunk;
      chunk.number = c;
      chunk.range.begin = static_cast<std::uint32_t>(source.size());
      for (int t = 0; t < targets; ++t) {
        outline::Definition target = function("f" + std::to_string(c * targets + t));
        target.extent.begin = target.body.begin = static_cast<std::uint32_t>(source.size());
        source += "def " + target.symbol + "(x):\n    return x\n";
        target.extent.end = target.body.end = static_cast<std::uint32_t>(source.size());
        chunk.targets.push_back(std::move(target));
      }
      chunk.range.end = static_cast<std::uint32_t>(source.size());
      plan.chunks.push_back(std::move(chunk));
    }
    made->source = std::make_shared<const std::string>(std::move(source));
    made->source_hash = sha256(*made->source);
    journal_.plans[row] = std::move(plan);
    return made;
  }

  // Starts a run; outcomes_ has its end under the job's row.
  TaskGroup::Handle spawn(const std::shared_ptr<const Job>& job) {
    return runs_->spawn(job->id, run_one(job));
  }
  Outcome run(const std::shared_ptr<const Job>& job) {
    outcomes_.erase(job->row);
    spawn(job);
    loop_.run_until_idle();
    return outcomes_.at(job->row);
  }

  // What a kill -9 leaves: the disk, and what the provider has seen.
  void kill() {
    runs_->cancel_all();
    desk_->abort();
    stop();
  }
  void start() {
    disk_.dead = false;
    disk_.die_at = std::numeric_limits<int>::max();
    journal_.recover();
    const auto failed = [](const std::string& name, const std::exception_ptr& failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        ADD_FAILURE() << name << ": " << error.what();
      }
    };
    runs_ = std::make_unique<TaskGroup>(loop_, failed);
    CallDesk::Outside outside{loop_,
                              pool_,
                              log_,
                              random_,
                              journal_,
                              metrics_,
                              provider_,
                              [this](const providers::Provider&, const providers::Model&) {
                                return endpoints(); }};
    desk_ = std::make_unique<CallDesk>(outside, limits_);
    parts_ =
        std::make_unique<Parts>(Parts{loop_, pool_, log_, random_, outlines_, registry_, models_,
                                      routes_, *desk_, journal_, documents_, metrics_});
  }
  void stop() {
    if (!desk_) return;
    TaskGroup closing(loop_, [](const std::string&, const std::exception_ptr&) { ADD_FAILURE(); });
    closing.spawn("close", close());
    loop_.run_until_idle();
    desk_.reset();
    runs_.reset();
  }

  static std::string text(const Outcome& outcome) {
    if (const auto* failed = std::get_if<Failed>(&outcome)) {
      return "failed " + std::string(name(failed->error.code)) + ": " + failed->error.message;
    }
    if (const auto* parked = std::get_if<Parked>(&outcome))
      return "parked " + parked->reason + ": " + parked->detail;
    const auto& done = std::get<Succeeded>(outcome);
    return fmt::format("succeeded {} {}", done.documents, done.flagged);
  }

  // One for each key.
  Result<std::vector<providers::Endpoint>> endpoints() const {
    if (!endpoint_) return std::unexpected(endpoint_.error());
    std::vector<providers::Endpoint> endpoints{*endpoint_};
    for (const std::string& key : further_keys_) {
      endpoints.push_back(*endpoint_);
      endpoints.back().key = key;
      endpoints.back().key_id = key;
    }
    return endpoints;
  }

  ManualClock clock_;
  Loop loop_{clock_};
  Pool pool_{loop_, 1};
  Log log_{Log::Level::error};
  Random random_{7};
  providers::Registry registry_ = providers::all_providers();
  providers::Models models_;
  Routes routes_;
  StepRegistry steps_ = all_steps();
  outline::Service outlines_;
  Disk disk_;
  MemoryJournal journal_;
  MemoryDocuments documents_;
  RecordedMetrics metrics_;
  ScriptedProvider provider_;
  CallLimits limits_;
  Result<providers::Endpoint> endpoint_ =
      providers::Endpoint{"http://127.0.0.1:9/v1", "test-key", {}};
  std::vector<std::string> further_keys_;
  std::unique_ptr<TaskGroup> runs_;
  std::unique_ptr<CallDesk> desk_;
  std::unique_ptr<Parts> parts_;
  std::map<std::int64_t, Outcome> outcomes_;

 private:
  Task<void> run_one(std::shared_ptr<const Job> job) {
    Outcome outcome = co_await docwright::pipeline::run(*parts_, job);
    outcomes_.insert_or_assign(job->row, std::move(outcome));
  }
  Task<void> close() {
    co_await runs_->close();
    co_await desk_->close();
  }
};

}  // namespace docwright::test
