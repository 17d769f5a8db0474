#include "pipeline/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/call_desk.h"
#include "pipeline/call/ensemble.h"
#include "pipeline/chunk/planner.h"
#include "pipeline/parse/options.h"
#include "pipeline/pipeline.h"
#include "pipeline/validate/selection.h"

namespace docwright::pipeline {
namespace {

Error nobody() {
  return Error{Code::internal, "a rehearsal has no outside"};
}

// A run's outside where nothing is written down and nobody is asked.
class Nowhere final : public Journal, public Documents, public Metrics, public Sender {
 public:
  Task<Result<std::optional<Plan>>> plan(const Job&) override { co_return std::nullopt; }
  Task<Result<void>> save_plan(const Job&, const Plan&) override { co_return Result<void>{}; }
  Task<Result<void>> divide(const Job&, const Chunk&, const Chunk&) override {
    co_return Result<void>{};
  }
  Task<Result<std::optional<RecordedAnswer>>> answer(const Job&, QuestionKey) override {
    co_return std::nullopt;
  }
  Task<Result<Tried>> tried(const Job&, QuestionKey) override { co_return Tried{}; }
  Task<Result<IntentOutcome>> intend(const Job&, Intent) override {
    co_return std::unexpected(nobody());
  }
  Task<void> released(const Refused&, Moment) override { co_return; }
  Task<Result<void>> answered(const Job&, CallReport, providers::Answer, Nusd) override {
    co_return Result<void>{};
  }
  Task<Result<void>> failed(const Job&, CallReport, providers::CallError) override {
    co_return Result<void>{};
  }
  Task<Result<void>> unknown(const Job&, CallReport, providers::CallError) override {
    co_return Result<void>{};
  }
  Task<Result<std::optional<std::string>>> pinned(Hash) override { co_return std::nullopt; }
  Task<Result<void>> pin(Hash, std::string) override { co_return Result<void>{}; }
  Task<Result<void>> store(const Job&, int, std::vector<Document>, bool) override {
    co_return Result<void>{};
  }
  void record(const Operation&) override {}
  void reused(const Reuse&) override {}
  Task<providers::CallResult<void>> send(providers::HttpRequest, Moment,
                                         providers::ResponseSink&) override {
    co_return std::unexpected(providers::CallError{});
  }
};

// The parts of a run that lead nowhere, beside the models and providers that are known.
class Stage {
 public:
  explicit Stage(const Configured& configured)
      : desk_({loop_, pool_, log_, random_, nowhere_, nowhere_, nowhere_,
               [](const providers::Provider&,
                  const providers::Model&) -> Result<std::vector<providers::Endpoint>> {
                 return std::unexpected(nobody());
               }},
              {}),
        parts_{loop_,
               pool_,
               log_,
               random_,
               outlines_,
               configured.providers,
               configured.models,
               configured.routes,
               desk_,
               nowhere_,
               nowhere_,
               nowhere_} {}

  Parts& parts() { return parts_; }

 private:
  SystemClock clock_;
  Loop loop_{clock_};
  Pool pool_{loop_, 1};
  Log log_{Log::Level::error};
  Random random_{0};
  outline::Service outlines_{loop_, {}};
  Nowhere nowhere_;
  CallDesk desk_;
  Parts parts_;
};

const Step* first_of(const Pipeline& pipeline, std::string_view kind) {
  const auto steps = pipeline.steps();
  const auto at =
      std::ranges::find(steps, kind, [](const Step& step) { return step.kind->name(); });
  return at == steps.end() ? nullptr : &*at;
}

Error error_of(const Stop& stop) {
  if (const auto* failed = std::get_if<Failed>(&stop)) return failed->error;
  return Error{Code::unavailable, std::get<Parked>(stop).detail};
}

Result<Plan> plan_of(const Job& job, outline::Language language, const ChunkOptions& options) {
  const bool by_lines = options.by == ChunkBy::lines;
  const outline::Outline outline =
      outline::outline_source(by_lines ? outline::Language::other : language, *job.source);
  auto chunks = plan_chunks(*job.source, outline, options, ByteBound{});
  if (!chunks) return std::unexpected(std::move(chunks.error()));
  return Plan{.language = language,
              .fallback = by_lines ? "the pipeline cuts by lines" : outline.fallback,
              .chunks = std::move(*chunks)};
}

// The questions of one call step about the chunk.
Result<void> rehearse_call(const Run& run, const ChunkRun& chunk, const Step& step,
                           std::vector<Rehearsal::Question>& questions) {
  Topic topic{.targets = chunk.chunk.targets};
  const auto add = [&]() -> Result<void> {
    auto targets = candidates(run, chunk, step, topic);
    if (!targets) return std::unexpected(error_of(targets.error()));
    questions.push_back({&step, std::move(*targets)});
    return {};
  };
  if (!asks_all(*run.job, step)) return add();
  for (const std::string& member : step.as<CallOptions>().ensemble) {
    topic.models = {member};
    if (auto added = add(); !added) return added;
    ++topic.sample;
  }
  return {};
}

// In place of a parse's documents, for the prompts of later calls.
Checked stand_ins(const Chunk& chunk, const std::string& step) {
  Checked checked;
  for (std::size_t i = 0; i < chunk.targets.size(); ++i) {
    checked.drafts.push_back({{.summary = fmt::format("[the summary of '{}']", step),
                               .description = fmt::format("[the description of '{}']", step)},
                              {}});
  }
  return checked;
}

Result<std::vector<Rehearsal::Question>> rehearse_chunk(const Run& run, const Chunk& chunk) {
  std::vector<Rehearsal::Question> questions;
  ChunkRun chunk_run{.chunk = chunk};
  for (const Step& step : run.job->pipeline->steps()) {
    if (step.kind->name() == "call") {
      if (auto asked = rehearse_call(run, chunk_run, step, questions); !asked)
        return std::unexpected(std::move(asked.error()));
      chunk_run.asked[step.name].answer.answer.text =
          fmt::format("[the answer of '{}']", step.name);
    } else if (step.kind->name() == "parse") {
      chunk_run.checked[step.name] = stand_ins(chunk, step.name);
    }
  }
  return questions;
}

}  // namespace

Result<Rehearsal> rehearse(const Configured& configured, const std::shared_ptr<const Job>& job) {
  const Pipeline& pipeline = *job->pipeline;
  if (const Step* validate = first_of(pipeline, "validate")) {
    const auto refusal =
        refuse(validate->as<ValidateOptions>(), job->path, *job->source, job->force);
    if (refusal) return fail(Code::source_refused, refusal->sentence);
  }
  Rehearsal rehearsal{.language = outline::language_of(job->path, *job->source)};
  const Step* chunk_step = first_of(pipeline, "chunk");
  if (chunk_step == nullptr || first_of(pipeline, "call") == nullptr)
    return fail(Code::configuration, "the pipeline asks nothing: it needs chunk and call");
  auto plan = plan_of(*job, rehearsal.language, chunk_step->as<ChunkOptions>());
  if (!plan) return std::unexpected(std::move(plan.error()));
  rehearsal.fallback = std::move(plan->fallback);

  Stage stage(configured);
  const Run run{.parts = stage.parts(), .job = job, .language = rehearsal.language};
  for (Chunk& chunk : plan->chunks) {
    Rehearsal::Part part{.chunk = std::move(chunk)};
    if (!part.chunk.stored) {
      auto questions = rehearse_chunk(run, part.chunk);
      if (!questions) return std::unexpected(std::move(questions.error()));
      part.questions = std::move(*questions);
    }
    rehearsal.parts.push_back(std::move(part));
  }
  return rehearsal;
}

Examination examine_text(const Rehearsal& rehearsal, const Job& job, const Rehearsal::Part& part,
                         std::string text) {
  CheckRules rules;
  if (const Step* parse = first_of(*job.pipeline, "parse")) {
    rules.severities = parse->as<ParseOptions>().checks;
    rules.repair = parse->as<ParseOptions>().repair;
  }
  const providers::Answer answer{.text = std::move(text)};
  return examine({answer, part.chunk.targets,
                  first_of(*job.pipeline, "call")->as<CallOptions>().answer_schema,
                  rehearsal.language, *job.source, rules});
}

}  // namespace docwright::pipeline
