#include "pipeline/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/call_desk.h"
#include "pipeline/call/ensemble.h"
#include "pipeline/chunk/divide.h"
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

// Who may be asked. What can be divided is, before a local provider stands in.
StepResult<Candidates> targets_of(const Run& run, const ChunkRun& chunk, const Step& step,
                                  const Topic& topic) {
  StepResult<Candidates> found = candidates(run, chunk, step, topic);
  const bool stands_in = found && found->too_long && divided(chunk.chunk) &&
                         found->in_order.front().resolved.provider->local;
  if (stands_in) return std::unexpected<Stop>(std::move(*found->too_long));
  return found;
}

// The questions of one call step about the chunk. A member of an ensemble that cannot be asked is
// done without, as long as another one can be.
StepResult<void> rehearse_call(const Run& run, const ChunkRun& chunk, const Step& step,
                               std::vector<Rehearsal::Question>& questions) {
  Topic topic{.targets = chunk.chunk.targets};
  const std::vector<std::string>& members = step.as<CallOptions>().ensemble;
  const bool all = asks_all(*run.job, step);
  const std::size_t before = questions.size();
  std::optional<Stop> refusal;
  for (std::size_t i = 0; i < (all ? members.size() : 1); ++i) {
    if (all) topic.models = {members[i]};
    topic.sample = static_cast<int>(i);
    auto found = targets_of(run, chunk, step, topic);
    if (found) {
      questions.push_back({&step, std::move(found->in_order)});
    } else if (!refusal || is_too_long(found.error())) {
      refusal = std::move(found.error());
    }
  }
  if (questions.size() == before) return std::unexpected(std::move(*refusal));
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

StepResult<std::vector<Rehearsal::Question>> rehearse_chunk(const Run& run, const Chunk& chunk) {
  std::vector<Rehearsal::Question> questions;
  if (chunk.stored) return questions;
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

// What is too long for whoever can be asked is divided, as a run does it.
Result<std::vector<Rehearsal::Part>> rehearse_all(const Run& run, std::vector<Chunk> chunks) {
  std::vector<Rehearsal::Part> parts;
  auto numbers = static_cast<int>(chunks.size());
  for (std::size_t next = 0; next < chunks.size(); ++next) {
    auto questions = rehearse_chunk(run, chunks[next]);
    if (questions) {
      parts.push_back({chunks[next], std::move(*questions)});
      continue;
    }
    auto halves = is_too_long(questions.error()) ? divided(chunks[next]) : std::nullopt;
    if (!halves) return std::unexpected(error_of(questions.error()));
    halves->second.number = numbers++;
    chunks.push_back(std::move(halves->first));
    chunks.push_back(std::move(halves->second));
  }
  std::ranges::sort(parts, {}, [](const auto& part) { return part.chunk.range.begin; });
  return parts;
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
  auto parts = rehearse_all(run, std::move(plan->chunks));
  if (!parts) return std::unexpected(std::move(parts.error()));
  rehearsal.parts = std::move(*parts);
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
