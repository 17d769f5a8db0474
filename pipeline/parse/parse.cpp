#include "pipeline/parse/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/call.h"
#include "pipeline/compute.h"
#include "pipeline/parse/combine.h"
#include "pipeline/parse/examine.h"
#include "pipeline/pipeline.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;

std::ptrdiff_t errors_in(const std::vector<Finding>& findings) {
  return std::ranges::count_if(findings, [](const Finding& finding) {
    return finding.severity == Severity::error && !finding.fixed;
  });
}

// One chunk's answer on its way to documents.
class Parsing final {
 public:
  Parsing(Run& run, ChunkRun& chunk, const Step& step)
      : run_(run),
        chunk_(chunk),
        step_(step),
        options_(step.as<ParseOptions>()),
        call_(*run.job->pipeline->find(options_.call)),
        rules_{options_.checks, options_.repair} {}

  Task<StepResult<void>> run() {
    Asked& first = chunk_.asked.at(call_.name);
    Examination examination = co_await examined_together(first);
    Checked checked;
    checked.answers = first.others;
    checked.answers.push_back(first);
    if (options_.combine == Combine::judge && !first.others.empty()) {
      const StepResult<void> judged = co_await judge(examination, checked);
      if (!judged) co_return judged;
    }
    if (asks_again(examination, first)) {
      const StepResult<void> asked = co_await correct(examination, checked);
      if (!asked) co_return asked;
    }
    count(examination);
    if (!examination.usable()) co_return stop(unusable(examination));
    for (auto& document : examination.documents) {
      checked.drafts.push_back({std::move(document.draft), std::move(document.findings)});
    }
    chunk_.checked.insert_or_assign(step_.name, std::move(checked));
    co_return StepResult<void>{};
  }

 private:
  Task<Examination> examined(const providers::Answer& answer, std::span<const Definition> targets) {
    const std::size_t bytes = answer.text.size();
    auto work = [this, &answer, targets] {
      return examine({answer, targets, call_.as<CallOptions>().answer_schema, run_.language,
                      *run_.job->source, rules_});
    };
    co_return co_await compute(run_.parts.pool, bytes, std::move(work));
  }

  Task<Examination> examined_together(const Asked& first) {
    const std::span<const Definition> targets = chunk_.chunk.targets;
    std::vector<Examination> samples;
    samples.push_back(co_await examined(first.answer.answer, targets));
    for (const Asked& other : first.others)
      samples.push_back(co_await examined(other.answer.answer, targets));
    co_return combined(options_.combine, std::move(samples),
                       {targets, run_.language, *run_.job->source, rules_});
  }

  // A judge that cannot be asked leaves the best of what there is.
  Task<StepResult<void>> judge(Examination& examination, Checked& checked) {
    std::vector<std::string> answers;
    for (const Asked& asked : checked.answers) answers.push_back(asked.answer.answer.text);
    StepResult<Asked> asked = co_await ask(run_, chunk_, call_,
                                           Topic{.targets = chunk_.chunk.targets,
                                                 .question = kJudgement,
                                                 .correction = judgement(answers),
                                                 .models = {options_.judge}});
    if (!asked) {
      if (std::holds_alternative<Parked>(asked.error()))
        co_return std::unexpected(std::move(asked.error()));
      co_return StepResult<void>{};
    }
    Examination verdict = co_await examined(asked->answer.answer, chunk_.chunk.targets);
    for (std::size_t i = 0; i < verdict.documents.size(); ++i)
      take_better(examination.documents[i], verdict.documents[i]);
    if (verdict.usable()) examination.unusable.clear();
    checked.answers.push_back(std::move(*asked));
    co_return StepResult<void>{};
  }

  // A cut answer is not bad JSON: the same question with the same limit would be cut again. About
  // fewer targets it may fit.
  bool asks_again(const Examination& examination, const Asked& first) const {
    if (options_.corrective_questions == 0 || examination.refused) return false;
    if (first.answer.answer.finish == providers::Finish::length &&
        concerned(examination).size() == chunk_.chunk.targets.size()) {
      return false;
    }
    return !concerned(examination).empty();
  }

  std::vector<std::size_t> concerned(const Examination& examination) const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < examination.documents.size(); ++i) {
      if (has_errors(examination.documents[i].findings)) indices.push_back(i);
    }
    return indices;
  }

  Task<StepResult<void>> correct(Examination& examination, Checked& checked) {
    const std::vector<std::size_t> indices = concerned(examination);
    std::vector<Definition> targets;
    for (const std::size_t index : indices) targets.push_back(chunk_.chunk.targets[index]);
    StepResult<Asked> asked = co_await ask(
        run_, chunk_, call_,
        Topic{targets, kCorrectiveQuestion, correction(examination, chunk_.chunk.targets)});
    if (!asked) {
      // It will be asked when the wait is over. What cannot be asked at all leaves the documents as
      // they are: flagged.
      if (std::holds_alternative<Parked>(asked.error()) || !examination.usable()) {
        co_return std::unexpected(std::move(asked.error()));
      }
      co_return StepResult<void>{};
    }
    Examination second = co_await examined(asked->answer.answer, targets);
    for (std::size_t i = 0; i < indices.size(); ++i)
      take_better(examination.documents[indices[i]], second.documents[i]);
    if (second.usable()) examination.unusable.clear();
    checked.answers.push_back(std::move(*asked));
    checked.corrected = true;
    co_return StepResult<void>{};
  }

  static void take_better(Examination::Document& first, Examination::Document& second) {
    if (!second.written) return;
    if (!first.written || errors_in(second.findings) <= errors_in(first.findings))
      first = std::move(second);
  }

  Error unusable(const Examination& examination) const {
    return {Code::answer_invalid,
            fmt::format("chunk {}: the answer of '{}' could not be used{}: {}. The answer is "
                        "recorded and will not be asked for "
                        "again; submit with --fresh, or with another model or prompt",
                        chunk_.chunk.number, chunk_.asked.at(call_.name).model,
                        options_.corrective_questions > 0 && !examination.refused
                            ? ", nor the one to the corrective question"
                            : "",
                        examination.unusable)};
  }

  void count(const Examination& examination) const {
    for (const auto& document : examination.documents) {
      for (const Finding& finding : document.findings) {
        Operation operation;
        operation.kind = "check";
        operation.name = finding.rule;
        operation.outcome = finding.fixed ? "fixed" : name(finding.severity);
        operation.job = run_.job.get();
        run_.parts.metrics.record(operation);
      }
    }
    Operation operation;
    operation.kind = "parse";
    operation.name = step_.name;
    operation.outcome = !examination.usable()            ? "answer_invalid"
                        : concerned(examination).empty() ? "ok"
                                                         : "flagged";
    operation.job = run_.job.get();
    run_.parts.metrics.record(operation);
  }

  Run& run_;
  ChunkRun& chunk_;
  const Step& step_;
  const ParseOptions& options_;
  const Step& call_;
  const CheckRules rules_;
};

class Parse final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun* chunk, const Step& step) const override {
    Parsing parsing(run, *chunk, step);
    co_return co_await parsing.run();
  }
};

}  // namespace

std::shared_ptr<const Behaviour> parse_behaviour(const Step&) {
  return std::make_shared<const Parse>();
}

}  // namespace docwright::pipeline
