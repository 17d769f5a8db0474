#include "pipeline/call/call.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/call_desk.h"
#include "pipeline/call/ensemble.h"
#include "pipeline/call/route.h"
#include "pipeline/chunk/divide.h"
#include "pipeline/pipeline.h"

namespace docwright::pipeline {
namespace {

void add(Usage& sum, const Usage& usage) {
  sum.input += usage.input;
  sum.input_cached += usage.input_cached;
  sum.input_cache_write += usage.input_cache_write;
  sum.input_cache_write_1h += usage.input_cache_write_1h;
  sum.output += usage.output;
  sum.reasoning += usage.reasoning;
}

bool is_for_want_of_budget(const Stop& stop) {
  if (const auto* parked = std::get_if<Parked>(&stop)) return parked->reason == "budget";
  return std::get<Failed>(stop).error.code == Code::budget_exceeded;
}

void take(Asked& asked, RecordedAnswer answer, const Hash& question) {
  ++asked.calls;
  asked.cost += answer.charged;
  if (answer.answer.usage) add(asked.usage, *answer.answer.usage);
  asked.question = question;
  asked.answer = std::move(answer);
}

// One topic on its way along a route: target by target, until one answers.
class Asking final {
 public:
  Asking(Run& run, const Chunk& chunk, const CallOptions& options, Candidates candidates)
      : run_(run),
        chunk_(chunk),
        options_(options),
        candidates_(std::move(candidates.in_order)),
        nobody_(std::move(candidates.nobody)) {
    if (candidates.too_long)
      declined_.push_back({nullptr, {std::move(*candidates.too_long), Elsewhere::larger_window}});
  }

  Task<StepResult<Asked>> go() {
    std::optional<std::size_t> answered;
    if ((candidates_.size() > 1 || nobody_) && run_.job->attempt > 1) {
      const auto found = co_await answered_before();
      if (!found) co_return stop_for_store(found.error(), run_.parts.loop.clock().now());
      answered = *found;
    }
    if (nobody_ && !answered) co_return std::unexpected(std::move(*nobody_));
    const std::size_t first = answered.value_or(0);
    for (std::size_t i = first; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      const bool on_record = candidate.former && i == first;
      if (!on_record && (!may_be_asked(candidate) || is_divided_rather(candidate))) continue;
      Served served = co_await run_.parts.calls.ask(run_.job, candidate.inquiry, patience_at(i));
      if (served && !(is_withheld(served->answer) && others_after(i)))
        co_return co_await finish(candidate, std::move(*served));
      if (served) served = std::unexpected(withheld(candidate, *served));
      const bool anybody_else = served.error().elsewhere != Elsewhere::nowhere;
      declined_.push_back({&candidate, std::move(served.error())});
      if (!anybody_else) break;
    }
    co_return std::unexpected(verdict());
  }

 private:
  struct Refusal {
    const Candidate* candidate;  // null: our own count says that the question does not fit a target
    Declined why;
  };

  // Where an earlier run of the job has an answer of a later target, that one is the answer:
  // nothing is paid twice. What costs nothing is no such answer, nor what a former default
  // withheld.
  Task<Result<std::optional<std::size_t>>> answered_before() {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].resolved.provider->local) continue;
      const auto recorded =
          co_await run_.parts.journal.answer(*run_.job, candidates_[i].inquiry.key);
      if (!recorded) co_return std::unexpected(recorded.error());
      if (!*recorded || (*recorded)->cached) continue;
      if (candidates_[i].former && is_withheld((*recorded)->answer)) continue;
      co_return i;
    }
    co_return std::nullopt;
  }

  bool may_be_asked(const Candidate& candidate) const {
    if (candidate.former) return false;
    return std::ranges::all_of(declined_, [&](const Refusal& refusal) {
      return refusal.candidate == nullptr ||
             may_follow(candidate, *refusal.candidate, refusal.why.elsewhere);
    });
  }

  // A local provider stands in where nobody else can be asked, not where models could be asked
  // about half of the chunk.
  bool is_divided_rather(const Candidate& candidate) const {
    if (candidate.resolved.provider->local == nullptr || declined_.empty()) return false;
    return is_too_long(verdict()) && divided(chunk_);
  }

  // By the model or a filter of its provider's, in an answer: another one may see it otherwise.
  static bool is_withheld(const providers::Answer& answer) {
    return answer.finish == providers::Finish::refusal ||
           answer.finish == providers::Finish::content_filter;
  }

  bool others_after(std::size_t index) const {
    const auto later = std::span(candidates_).subspan(index + 1);
    return std::ranges::any_of(later,
                               [&](const Candidate& candidate) { return may_be_asked(candidate); });
  }

  Declined withheld(const Candidate& candidate, const RecordedAnswer& answer) {
    withheld_cost_ += answer.charged;
    const std::string_view why = name(answer.answer.finish);
    return {
        Failed{Error{Code::answer_invalid, fmt::format("chunk {}: '{}' withheld its answer ({})",
                                                       candidate.inquiry.key.chunk,
                                                       candidate.resolved.model->name, why)}},
        Elsewhere::anybody};
  }

  // A local provider stands in for models that cannot be asked; no model is hurried for it.
  Patience patience_at(std::size_t index) const {
    const auto later = std::span(candidates_).subspan(index + 1);
    const bool others = std::ranges::any_of(later, [&](const Candidate& candidate) {
      return !candidate.resolved.provider->local && may_be_asked(candidate);
    });
    return others ? Patience::moves_on : Patience::waits;
  }

  // What becomes of the job: it waits as long as one of them may still answer, for the reason of
  // the first; but for a budget if one is among them, which a person may raise at any time.
  Stop verdict() const {
    if (declined_.size() == 1) return marked(declined_.front().why.stop);
    std::string reasons;
    const Parked* first = nullptr;
    std::optional<Time> until;
    for (const Refusal& refusal : declined_) {
      const Stop& stop = refusal.why.stop;
      const auto* parked = std::get_if<Parked>(&stop);
      if (!reasons.empty()) reasons += "; ";
      // What a budget says names no model.
      if (parked != nullptr && parked->reason == "budget" && refusal.candidate != nullptr)
        reasons += fmt::format("model '{}': ", refusal.candidate->resolved.model->name);
      reasons += parked != nullptr ? parked->detail : std::get<Failed>(stop).error.message;
      if (parked == nullptr) continue;
      if (first == nullptr || (parked->reason == "budget" && first->reason != "budget"))
        first = parked;
      if (parked->until) until = std::min(until.value_or(*parked->until), *parked->until);
    }
    if (first != nullptr) return Parked{first->reason, std::move(reasons), until};
    Failed failed = std::get<Failed>(declined_.front().why.stop);
    failed.error.message = std::move(reasons);
    return marked(std::move(failed));
  }

  Stop marked(Stop stop) const {
    if (auto* failed = std::get_if<Failed>(&stop)) {
      failed->too_long = std::ranges::any_of(declined_, [](const Refusal& refusal) {
        return refusal.why.elsewhere == Elsewhere::larger_window;
      });
    }
    return stop;
  }

  Task<StepResult<Asked>> finish(const Candidate& candidate, RecordedAnswer answer) {
    Inquiry inquiry = candidate.inquiry;
    Asked asked;
    asked.provider = candidate.resolved.provider->name;
    asked.model = candidate.resolved.model->name;
    asked.fallback = candidate.resolved.provider->local != nullptr && !declined_.empty();
    asked.parameters = candidate.resolved.parameters;
    asked.answer_language = answer_language(*run_.job, options_);
    asked.cost = withheld_cost_;
    take(asked, std::move(answer), inquiry.key.hash);
    // Broken off by the provider (a tool call that it could not read itself): once more.
    if (asked.answer.answer.finish == providers::Finish::error) {
      inquiry = resampled(inquiry);
      Served again = co_await run_.parts.calls.ask(run_.job, inquiry, Patience::waits);
      if (!again) co_return std::unexpected(std::move(again.error().stop));
      take(asked, std::move(*again), inquiry.key.hash);
    }
    if (asked.answer.answer.finish != providers::Finish::length) co_return asked;

    // Cut: the same limit would cut it again.
    const std::optional<Inquiry> higher = raised(inquiry);
    if (!higher) co_return asked;
    Served again = co_await run_.parts.calls.ask(run_.job, *higher, Patience::waits);
    if (again) {
      take(asked, std::move(*again), higher->key.hash);
      co_return asked;
    }
    // No money for a longer answer: the cut one is better than none.
    if (is_for_want_of_budget(again.error().stop)) co_return asked;
    co_return std::unexpected(std::move(again.error().stop));
  }

  Run& run_;
  const Chunk& chunk_;
  const CallOptions& options_;
  const std::vector<Candidate> candidates_;
  std::optional<Stop> nobody_;  // where there are only former defaults: why
  std::vector<Refusal> declined_;
  Nusd withheld_cost_ = 0;
};

Task<StepResult<Asked>> ask_whoever(Run& run, const ChunkRun& chunk, const Step& step) {
  if (!asks_all(*run.job, step))
    co_return co_await ask(run, chunk, step, Topic{.targets = chunk.chunk.targets});
  co_return co_await ask_all(run, chunk, step);
}

class Call final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun* chunk, const Step& step) const override {
    StepResult<Asked> asked = co_await ask_whoever(run, *chunk, step);
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    chunk->asked.insert_or_assign(step.name, std::move(*asked));
    co_return StepResult<void>{};
  }
};

}  // namespace

Task<StepResult<Asked>> ask(Run& run, const ChunkRun& chunk, const Step& step, Topic topic) {
  StepResult<Candidates> found = candidates(run, chunk, step, topic);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Asking asking(run, chunk.chunk, step.as<CallOptions>(), std::move(*found));
  co_return co_await asking.go();
}

std::shared_ptr<const Behaviour> call_behaviour(const Step&) {
  return std::make_shared<const Call>();
}

}  // namespace docwright::pipeline
