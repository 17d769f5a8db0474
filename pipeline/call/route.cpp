#include "pipeline/call/route.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "pipeline/call/call_desk.h"
#include "pipeline/pipeline.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

// Why the target is not asked about these; empty: it is.
std::string unmet(const Conditions& conditions, std::span<const Definition> targets,
                  std::int64_t prompt_tokens) {
  if (conditions.tokens_max > 0 && prompt_tokens > conditions.tokens_max) {
    return fmt::format("the prompt has up to {} tokens, more than its {}", prompt_tokens,
                       conditions.tokens_max);
  }
  for (const Definition& target : targets) {
    if (!contains(conditions.kinds, outline::name(target.kind)))
      return fmt::format("'{}' is a {}", target.symbol, outline::name(target.kind));
    if (!contains(conditions.visibility, target.visibility))
      return fmt::format("'{}' is {}", target.symbol, target.visibility);
  }
  return {};
}

// In (0, 1], the same for the same question and target each time.
double draw(const Hash& question, std::string_view model) {
  const Hash hash = sha256_of({bytes_of(question), model});
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | hash[static_cast<std::size_t>(i)];
  return (static_cast<double>(number >> 11) + 1) * 0x1p-53;
}

// Collects what may be asked, and why the rest may not.
class Choice final {
 public:
  Choice(const Run& run, const ChunkRun& chunk, const Step& step, const Topic& topic)
      : run_(run), chunk_(chunk), step_(step), topic_(topic) {}

  StepResult<Candidates> make() {
    const std::vector<std::string> names = named();
    const Result<Route> route = route_of(names, run_.parts.models, run_.parts.routes);
    if (!route) return stop(route.error());
    const StepResult<Wording> wording = word(run_, chunk_, step_, topic_);
    if (!wording) return std::unexpected(wording.error());
    for (const Target& target : route->targets)
      add(target, *route, is_own(*route, names), *wording);
    std::ranges::sort(ranked_, {},
                      [](const Ranked& each) { return std::pair(each.rank, each.listed); });
    Candidates found;
    if (ranked_.empty()) found.nobody = nobody(*route);
    found.too_long = std::move(too_long_);
    for (Ranked& each : ranked_) found.in_order.push_back(std::move(each.candidate));
    if (is_default() && run_.job->attempt > 1) add_former(*wording, found.in_order);
    if (found.in_order.empty()) return std::unexpected(std::move(*found.nobody));
    return found;
  }

 private:
  struct Ranked {
    double rank = 0;
    std::size_t listed = 0;  // where it stands in the route
    Candidate candidate;
  };

  const CallOptions& options() const { return step_.as<CallOptions>(); }

  // Nobody names a model.
  bool is_default() const {
    return options().by_default && topic_.models.empty() && run_.job->model.empty();
  }

  std::vector<std::string> named() const {
    if (!topic_.models.empty()) return topic_.models;
    if (!run_.job->model.empty()) return {run_.job->model};
    const std::string& chosen = run_.parts.calls.default_model().name();
    return is_default() && !chosen.empty() ? std::vector{chosen} : options().models;
  }

  // Whether the pipeline's parameters are meant for what these names led to: lint has checked them
  // against it. (Of a call that names nobody, against the default of its moment.)
  bool is_own(const Route& route, const std::vector<std::string>& names) const {
    if (route.targets.size() != 1) return false;
    return !topic_.models.empty() ||
           (!options().by_default && names.front() == options().models.front());
  }

  // What an earlier run has asked where somebody else was the default.
  void add_former(const Wording& wording, std::vector<Candidate>& list) const {
    std::vector<std::string> former = run_.parts.calls.default_model().former();
    former.push_back(options().models.front());
    for (const std::string& name : former) {
      const Result<Route> route = route_of({&name, 1}, run_.parts.models, run_.parts.routes);
      if (!route) continue;
      for (const Target& target : route->targets) {
        auto made = candidate(target, *route, is_own(*route, {name}), wording);
        if (!made) continue;
        made->former = true;
        const auto same = [&](const Candidate& each) {
          return each.inquiry.key.hash == made->inquiry.key.hash;
        };
        if (std::ranges::none_of(list, same)) list.push_back(std::move(*made));
      }
    }
  }

  StepResult<Candidate> candidate(const Target& target, const Route& route, bool own,
                                  const Wording& wording) const {
    StepResult<Resolved> resolved = resolve(run_.parts, *run_.job, options(), target.model, own);
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    resolved->route = route.name;
    StepResult<Inquiry> inquiry = make_inquiry(step_, wording, *resolved, topic_);
    if (!inquiry) return std::unexpected(std::move(inquiry.error()));
    const std::optional<Nusd> bound = bound_of(*inquiry);
    return Candidate{std::move(*resolved), std::move(*inquiry), bound};
  }

  void add(const Target& target, const Route& route, bool own, const Wording& wording) {
    StepResult<Candidate> made = candidate(target, route, own, wording);
    if (!made) return leave_out(target, std::move(made.error()));
    if (auto why = unmet(target.conditions, topic_.targets, made->inquiry.input_tokens_max);
        !why.empty())
      return leave_out(target, Failed{Error{Code::configuration, std::move(why)}});
    Ranked ranked{.listed = ranked_.size(), .candidate = std::move(*made)};
    ranked.rank = rank(route.order, target, ranked.candidate);
    ranked_.push_back(std::move(ranked));
  }

  void leave_out(const Target& target, Stop why) {
    if (!first_) first_ = why;
    const auto* failed = std::get_if<Failed>(&why);
    if (!too_long_ && is_too_long(why)) too_long_ = *failed;
    left_out_.push_back(
        fmt::format("{}: {}", target.model,
                    failed != nullptr ? failed->error.message : std::get<Parked>(why).detail));
  }

  std::optional<Nusd> bound_of(const Inquiry& inquiry) const {
    const Prices* prices = inquiry.model->prices_at(run_.parts.loop.clock().now());
    if (prices == nullptr) return std::nullopt;
    return cost_bound(*prices, inquiry.input_tokens_max, inquiry.question->answer_tokens_max);
  }

  double rank(Route::Order order, const Target& target, const Candidate& candidate) const {
    const providers::Model& model = *candidate.resolved.model;
    switch (order) {
      case Route::Order::listed:
        return 0;
      case Route::Order::weight: {
        // Weighted rendezvous: each is first in its share of the questions, and a target that comes
        // or goes moves no other question.
        const outline::Range range = chunk_.chunk.range;
        const Hash question = sha256_of({bytes_of(run_.job->source_hash),
                                         std::to_string(range.begin), std::to_string(range.end)});
        return -std::log(draw(question, model.name)) / target.weight;
      }
      case Route::Order::latency: {
        const auto known =
            run_.parts.calls.latencies().of(model.name, run_.parts.loop.clock().now());
        return known ? std::chrono::duration<double>(*known).count() : 0;
      }
      case Route::Order::price:
        // What has no price may cost anything.
        return candidate.bound ? static_cast<double>(*candidate.bound)
                               : std::numeric_limits<double>::infinity();
    }
    return 0;
  }

  Stop nobody(const Route& route) const {
    if (route.targets.size() == 1) return *first_;
    const auto* failed = std::get_if<Failed>(&*first_);
    return Stop(
        Failed{Error{failed != nullptr ? failed->error.code : Code::configuration,
                     fmt::format("chunk {}, step '{}': no target of {} can be asked: {}",
                                 chunk_.chunk.number, step_.name,
                                 route.name.empty() ? "the list" : "the route '" + route.name + "'",
                                 fmt::join(left_out_, "; "))},
               too_long_.has_value()});
  }

  const Run& run_;
  const ChunkRun& chunk_;
  const Step& step_;
  const Topic& topic_;
  std::vector<Ranked> ranked_;
  std::vector<std::string> left_out_;
  std::optional<Stop> first_;
  std::optional<Failed> too_long_;
};

}  // namespace

StepResult<Candidates> candidates(const Run& run, const ChunkRun& chunk, const Step& step,
                                  const Topic& topic) {
  return Choice(run, chunk, step, topic).make();
}

bool may_follow(const Candidate& candidate, const Candidate& declined, Elsewhere elsewhere) {
  switch (elsewhere) {
    case Elsewhere::nowhere:
      return false;
    case Elsewhere::anybody:
      return true;
    case Elsewhere::another_provider:
      return candidate.resolved.provider != declined.resolved.provider;
    case Elsewhere::larger_window:
      return candidate.resolved.model->window_tokens > declined.resolved.model->window_tokens;
    case Elsewhere::cheaper:
      return candidate.bound && declined.bound && *candidate.bound < *declined.bound;
  }
  return false;
}

}  // namespace docwright::pipeline
