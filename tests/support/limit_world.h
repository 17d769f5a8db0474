// A call desk in front of a provider that means its limits, and tenants who ask more than it lets
// in, all in virtual time.
#pragma once
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "pipeline/call/call_desk.h"
#include "pipeline/pipeline.h"
#include "runtime/id.h"
#include "tests/support/limited_provider.h"

namespace docwright::test {

// A ledger without limits: every intent is granted, nothing is remembered.
class OpenJournal final : public pipeline::Journal {
 public:
  using Job = pipeline::Job;
  Task<Result<std::optional<pipeline::Plan>>> plan(const Job&) override {
    co_return std::optional<pipeline::Plan>();
  }
  Task<Result<void>> save_plan(const Job&, const pipeline::Plan&) override { co_return done(); }
  Task<Result<void>> divide(const Job&, const pipeline::Chunk&, const pipeline::Chunk&) override {
    co_return done();
  }
  Task<Result<std::optional<pipeline::RecordedAnswer>>> answer(const Job&,
                                                               pipeline::QuestionKey) override {
    co_return std::optional<pipeline::RecordedAnswer>();
  }
  Task<Result<Tried>> tried(const Job&, pipeline::QuestionKey) override { co_return Tried{}; }
  Task<Result<pipeline::IntentOutcome>> intend(const Job&, pipeline::Intent) override {
    co_return pipeline::IntentOutcome(pipeline::Granted{++calls_});
  }
  Task<void> released(const pipeline::Refused&, Moment) override { co_return; }
  Task<Result<void>> answered(const Job&, pipeline::CallReport, providers::Answer, Nusd) override {
    co_return done();
  }
  Task<Result<void>> failed(const Job&, pipeline::CallReport, CallError) override {
    co_return done();
  }
  Task<Result<void>> unknown(const Job&, pipeline::CallReport, CallError) override {
    co_return done();
  }
  Task<Result<std::optional<std::string>>> pinned(Hash) override {
    co_return std::optional<std::string>();
  }
  Task<Result<void>> pin(Hash, std::string) override { co_return done(); }

 private:
  static Result<void> done() { return {}; }
  std::int64_t calls_ = 0;
};

class NoMetrics final : public pipeline::Metrics {
 public:
  void record(const pipeline::Operation&) override {}
  void reused(const Reuse&) override {}
};

class LimitWorld final {
 public:
  struct Options {
    LimitedProvider::Limits limits;
    LimitedProvider::Lengths lengths;
    config::LimitSettings settings;  // what the daemon was told
    std::int64_t answer_tokens_max = 4000;
    std::size_t prompt_bytes = 3000;
    int calls_at_once = 2000;
    unsigned seed = 1;
  };
  explicit LimitWorld(const Options& options)
      : options_(options),
        limited_(loop_, scripted_, options.limits, options.lengths, options.seed) {
    constexpr const char* kModels =
        "models:\n  test: {provider: openai, api_name: test-1, window_tokens: 128000, "
        "output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}\n";
    constexpr const char* kSteps =
        "name: p\nsteps:\n  - validate\n  - chunk\n  - call: {model: test, user: x}\n  - parse\n"
        "  - store\n";
    models_ = providers::Models::parse({{"models.yaml", kModels}}, registry_).value();
    const pipeline::Surroundings around{
        .steps = steps_, .models = &models_, .providers = &registry_, .default_model = "test"};
    auto parsed = pipeline::parse_pipeline({"p.yaml", kSteps}, around);
    if (!parsed) throw std::logic_error(config::combined(parsed.error()).message);
    pipeline_ = *parsed;
    pipeline::CallDesk::Outside outside{
        loop_,
        pool_,
        log_,
        random_,
        journal_,
        metrics_,
        scripted_,
        [](const providers::Provider&, const providers::Model&) {
          return std::vector{providers::Endpoint{.base_url = "http://127.0.0.1:9/v1", .key = "k"}};
        }};
    desk_.emplace(outside, pipeline::CallLimits{.calls = options.calls_at_once,
                                                .groups = {{"openai", options.settings}}});
  }
  ~LimitWorld() {
    TaskGroup closing(loop_, [](const std::string&, const std::exception_ptr&) {});
    closing.spawn("close", desk_->close());
    loop_.run_until_idle();
  }

  // `workers` of the tenant ask one question after another until `time` has passed, which is what
  // counts.
  void employ(const std::string& tenant, int workers, Duration time) {
    limited_.count_until(clock_.moment() + time);
    auto job = std::make_shared<pipeline::Job>();
    job->row = ++jobs_;
    job->id = tenant;
    job->attempt = 1;
    job->tenant = tenant;
    job->pipeline = pipeline_;
    job->traceparent = new_traceparent();
    job->deadline = clock_.now() + std::chrono::days(7);
    for (int i = 0; i < workers; ++i) tasks_.spawn(tenant, work(job, clock_.moment() + time));
  }
  void run() {
    loop_.run_until_idle();
    if (failure_) std::rethrow_exception(failure_);
  }

  const LimitedProvider::Counted& counted() const { return limited_.counted(); }
  // Of the limit that was used most, over `time` and from the very beginning.
  double use(Duration time) const {
    using Minutes = std::chrono::duration<double, std::ratio<60>>;
    const auto& limits = options_.limits;
    const Duration lowered = std::max(time - limits.lowered_from, Duration{0});
    const double minutes = Minutes(time).count() - (1 - limits.lowered) * Minutes(lowered).count();
    const auto share = [&](double used, double limit) {
      return limit > 0 ? used / (limit * minutes) : 0;
    };
    return std::max({share(counted().accepted, limits.requests_per_minute),
                     share(counted().busy / 60, limits.at_once),
                     share(counted().busy / 60, limits.slots),
                     share(counted().tokens, limits.tokens_per_minute),
                     share(counted().input, limits.input_tokens_per_minute),
                     share(counted().output, limits.output_tokens_per_minute)});
  }
  double refused_share() const {
    return counted().refused /
           static_cast<double>(std::max(1, counted().refused + counted().accepted));
  }

 private:
  pipeline::Inquiry inquiry(const std::string& tenant) {
    auto question = std::make_shared<providers::Question>();
    question->model = "test-1";
    question->messages.push_back({"user", std::string(options_.prompt_bytes, 'x')});
    question->answer_tokens_max = options_.answer_tokens_max;
    question->parameters = {{"user", tenant}};
    question->schema_name = "any";
    question->schema = schema_;
    pipeline::Inquiry inquiry;
    inquiry.key = {.chunk = 0, .step = "call", .hash = sha256(std::to_string(++questions_))};
    inquiry.question = std::move(question);
    inquiry.model = models_.find("test");
    inquiry.provider = registry_.find("openai");
    inquiry.input_tokens_max = static_cast<std::int64_t>(options_.prompt_bytes);
    inquiry.retries = 3;
    inquiry.time_limit = std::chrono::minutes(10);
    return inquiry;
  }

  Task<void> work(std::shared_ptr<const pipeline::Job> job, Moment until) {
    while (clock_.moment() < until) {
      const pipeline::Inquiry asked = inquiry(job->tenant);
      for (;;) {
        const auto answer = co_await desk_->ask(job, asked, pipeline::Patience::waits);
        if (answer) break;
        const auto* parked = std::get_if<pipeline::Parked>(&answer.error().stop);
        if (parked == nullptr || !parked->until) throw std::logic_error("a call has failed");
        co_await loop_.sleep(*parked->until - clock_.now());
        if (clock_.moment() >= until) co_return;
      }
    }
  }

  const Options options_;
  ManualClock clock_;
  Loop loop_{clock_};
  Pool pool_{loop_, 1};
  Log log_{Log::Level::error};
  Random random_{7};
  providers::Registry registry_ = providers::all_providers();
  providers::Models models_;
  pipeline::StepRegistry steps_ = pipeline::all_steps();
  std::shared_ptr<const pipeline::Pipeline> pipeline_;
  const std::shared_ptr<const Json> schema_ =
      std::make_shared<const Json>(Json{{"type", "object"},
                                        {"properties", Json::object()},
                                        {"required", Json::array()},
                                        {"additionalProperties", false}});
  OpenJournal journal_;
  NoMetrics metrics_;
  ScriptedProvider scripted_{loop_};
  LimitedProvider limited_;
  std::optional<pipeline::CallDesk> desk_;
  std::exception_ptr failure_;
  TaskGroup tasks_{
      loop_, [this](const std::string&, const std::exception_ptr& failure) { failure_ = failure; }};
  int jobs_ = 0, questions_ = 0;
};

}  // namespace docwright::test
