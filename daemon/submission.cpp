#include "daemon/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "pipeline/call/options.h"
#include "providers/parameters.h"
#include "runtime/hash.h"
#include "runtime/id.h"
#include "runtime/text.h"
#include "tokens/money.h"

namespace docwright::daemon {
namespace {

std::string at(std::size_t job, std::string_view field) {
  return fmt::format("/jobs/{}/{}", job, field);
}

// What the job's steps read of the request; only what was said.
Json options_of(const wire::SubmitJob& job) {
  Json options = Json::object();
  if (!job.parameters.empty()) options["parameters"] = job.parameters;
  if (!job.answer_language.empty()) options["answer_language"] = job.answer_language;
  if (job.fresh) options["fresh"] = true;
  if (job.force) options["force"] = true;
  return options;
}

// Everything that makes the job what it is; not when and how urgently it runs, nor how it is
// labelled or traced.
Hash content_of(const store::NewJob& job, std::string_view project) {
  const auto number = [](std::optional<std::int64_t> value) {
    return value ? std::to_string(*value) : std::string("-");
  };
  const std::string limits = number(job.budget_nusd) + ' ' + number(job.budget_tokens);
  const std::string options = job.options.empty() ? std::string() : dump_json(job.options);
  return sha256_of(
      {project, job.path, job.pipeline, job.model, bytes_of(job.source_hash), options, limits});
}

using Sent = std::map<std::string, Catalog::Entry, std::less<>>;  // pipelines that came along

// What all jobs of a submit are looked up in.
struct Terms {
  const Sent& sent;
  const Catalog& catalog;
  const std::string& default_model;
  Duration default_deadline{};
  Time now{};
};

Result<const Catalog::Entry*> pipeline_of(const wire::SubmitJob& job, const Terms& terms,
                                          std::size_t index) {
  const Catalog& catalog = terms.catalog;
  const std::string& name = job.pipeline.empty() ? catalog.default_pipeline() : job.pipeline;
  if (const auto found = terms.sent.find(name); found != terms.sent.end()) return &found->second;
  if (const Catalog::Entry* entry = catalog.find(name)) return entry;
  return fail(Code::unknown_pipeline,
              fmt::format("unknown pipeline '{}'{}", name, did_you_mean(name, catalog.names())),
              at(index, "pipeline"));
}

// Whom the job will ask: what it names itself, else what its pipeline's calls name.
Result<std::vector<pipeline::Route>> routes_of(const wire::SubmitJob& job,
                                               const pipeline::Pipeline& pipeline,
                                               const Terms& terms, std::size_t index) {
  const Catalog& catalog = terms.catalog;
  if (job.model.empty())
    return pipeline::routes_of(pipeline, catalog.models(), catalog.routes(), terms.default_model);
  auto route = pipeline::route_of({&job.model, 1}, catalog.models(), catalog.routes());
  if (!route) return fail(route.error().code, route.error().message, at(index, "model"));
  return std::vector{std::move(*route)};
}

Result<void> check_models(const wire::SubmitJob& job, const std::vector<pipeline::Route>& routes,
                          const Catalog& catalog, Time now, std::size_t index) {
  const std::string_view place = job.model.empty() ? "pipeline" : "model";
  for (const pipeline::Route& route : routes) {
    const auto usable = pipeline::usable(route, catalog.models(), now);
    if (!usable) return fail(usable.error().code, usable.error().message, at(index, place));
  }
  return {};
}

// What lint says of a pipeline's parameters, a submit hears of its own. Null takes one out, which
// every model takes.
Result<void> check_parameters(const wire::SubmitJob& job,
                              const std::vector<pipeline::Route>& routes, const Catalog& catalog,
                              std::size_t index) {
  for (const pipeline::Route& route : routes) {
    for (const auto& [parameter, value] : job.parameters.items()) {
      if (value.is_null()) continue;
      if (auto refusal = pipeline::parameter_refusal(route, catalog.models(), catalog.providers(),
                                                     parameter, value);
          !refusal.empty())
        return fail(Code::invalid_request, std::move(refusal),
                    at(index, "parameters/" + pointer_token(parameter)));
    }
    if (auto conflict = pipeline::parameter_conflict(route, catalog.models(), job.parameters);
        !conflict.empty())
      return fail(Code::invalid_request, std::move(conflict), at(index, "parameters"));
  }
  return {};
}

// One that was sent along, by the rules of `pipeline lint`: of calls that name no model, for the
// one that they would ask now. What is kept names the configuration's in its place, as the daemon's
// own do: who is chosen may change, the pipeline stays the same.
pipeline::Linted linted(const config::NamedText& file, pipeline::Surroundings surroundings,
                        const std::string& default_model) {
  if (default_model.empty()) return pipeline::parse_pipeline(file, surroundings);
  const std::string configured = std::exchange(surroundings.default_model, default_model);
  if (auto checked = pipeline::parse_pipeline(file, surroundings); !checked) return checked;
  surroundings.default_model = configured;
  surroundings.models = nullptr;
  return pipeline::parse_pipeline(file, surroundings);
}

Result<Catalog::Entry> sent_pipeline(const wire::SentPipeline& sent, const Catalog& catalog,
                                     const std::string& default_model, Time now,
                                     const std::string& at) {
  const pipeline::Configured& known = catalog.configured();
  std::vector<pipeline::OwnPrompt> prompts;
  for (std::size_t i = 0; i < sent.prompts.size(); ++i) {
    const wire::SentPrompt& prompt = sent.prompts[i];
    if (std::ranges::find(prompts, prompt.name, &pipeline::OwnPrompt::name) != prompts.end()) {
      return fail(Code::invalid_request, fmt::format("the prompt '{}' was sent twice", prompt.name),
                  fmt::format("{}/prompts/{}", at, i));
    }
    const std::string name = prompt.file.empty() ? "prompt " + prompt.name : prompt.file;
    prompts.push_back({prompt.name, {name, prompt.text}});
  }
  pipeline::Surroundings surroundings = known.surroundings(std::move(prompts));
  surroundings.now = now;
  const std::string file = sent.file.empty() ? "pipeline" : sent.file;
  auto parsed = linted({file, sent.text}, std::move(surroundings), default_model);
  if (!parsed) {
    Error errors = config::combined(parsed.error());
    return fail(Code::configuration,
                errors.at.empty() ? errors.message : errors.at + ": " + errors.message, at);
  }
  const Catalog::Entry* own = catalog.find((*parsed)->name());
  if (own == nullptr) return Catalog::Entry{std::move(*parsed), 0};
  if (own->pipeline->hash() == (*parsed)->hash()) return *own;
  return fail(Code::configuration,
              fmt::format("{}: the daemon has a pipeline '{}' with another text: give this one "
                          "another name",
                          file, (*parsed)->name()),
              at);
}

Result<Sent> sent_pipelines(const wire::SubmitRequest& request, const Catalog& catalog,
                            const std::string& default_model, Time now) {
  Sent pipelines;
  for (std::size_t i = 0; i < request.pipelines.size(); ++i) {
    const std::string at = fmt::format("/pipelines/{}", i);
    auto entry = sent_pipeline(request.pipelines[i], catalog, default_model, now, at);
    if (!entry) return std::unexpected(std::move(entry.error()));
    std::string name = entry->pipeline->name();
    if (!pipelines.emplace(name, std::move(*entry)).second)
      return fail(Code::invalid_request, fmt::format("'{}' was sent twice", name), at);
  }
  return pipelines;
}

Result<std::optional<Nusd>> budget_of(const wire::SubmitJob& job, std::size_t index) {
  if (job.budget.empty()) return std::nullopt;
  const Result<Nusd> budget = parse_money(job.budget);
  if (!budget) return fail(Code::invalid_request, budget.error().message, at(index, "budget"));
  return *budget;
}

// What of the request stands in the job as it came.
store::NewJob copied(const wire::SubmitJob& asked) {
  store::NewJob job;
  job.key = asked.key;
  job.tenant = asked.tenant;
  job.path = asked.path;
  job.model = asked.model;
  job.priority = asked.priority;
  job.budget_tokens = asked.budget_tokens;
  job.labels = asked.labels;
  job.options = options_of(asked);
  job.traceparent = asked.traceparent.empty() ? new_traceparent() : asked.traceparent;
  return job;
}

class Converter {
 public:
  Converter(const wire::SubmitRequest& request, std::span<const std::string_view> blobs,
            const Terms& terms)
      : request_(request), blobs_(blobs), terms_(terms), hashes_(blobs.size()) {}

  Result<store::NewJob> job(std::size_t index) {
    const wire::SubmitJob& asked = request_.jobs[index];
    const auto entry = pipeline_of(asked, terms_, index);
    if (!entry) return std::unexpected(entry.error());
    if (auto fine = check_routes(asked, *(*entry)->pipeline, index); !fine)
      return std::unexpected(std::move(fine.error()));
    const auto budget = budget_of(asked, index);
    if (!budget) return std::unexpected(budget.error());
    const Duration deadline = asked.deadline.value_or(terms_.default_deadline);
    if (asked.delay >= deadline)
      return fail(Code::invalid_request, "the delay must be shorter than the deadline",
                  at(index, "delay"));
    store::NewJob job = copied(asked);
    job.id = new_id(terms_.now);
    job.budget_nusd = *budget;
    if (asked.delay > Duration{}) job.not_before = terms_.now + asked.delay;
    job.deadline = terms_.now + deadline;
    job.pipeline = (*entry)->pipeline->name();
    job.pipeline_version = (*entry)->version;
    const auto blob = static_cast<std::size_t>(asked.blob);
    job.source = blobs_[blob];
    job.source_hash = hash(blob);
    job.content_hash = content_hash(job, **entry);
    return job;
  }

  // About all jobs so far, each once.
  std::vector<std::string> warnings() const { return {warnings_.begin(), warnings_.end()}; }

 private:
  Result<void> check_routes(const wire::SubmitJob& asked, const pipeline::Pipeline& pipeline,
                            std::size_t index) {
    const Catalog& catalog = terms_.catalog;
    const auto routes = routes_of(asked, pipeline, terms_, index);
    if (!routes) return std::unexpected(routes.error());
    if (auto usable = check_models(asked, *routes, catalog, terms_.now, index); !usable)
      return usable;
    if (auto fine = check_parameters(asked, *routes, catalog, index); !fine) return fine;
    for (const pipeline::Route& route : *routes) {
      for (std::string& warning : pipeline::retiring(route, catalog.models(), terms_.now))
        warnings_.insert(std::move(warning));
    }
    return {};
  }

  Hash content_hash(const store::NewJob& job, const Catalog::Entry& entry) const {
    const Hash content = content_of(job, request_.project);
    // The text of its pipeline, where the name alone does not say it.
    if (!terms_.sent.contains(job.pipeline) || job.pipeline_version != 0) return content;
    return sha256_of({bytes_of(content), bytes_of(entry.pipeline->hash())});
  }

  // Several jobs may name one blob; it is hashed once.
  const Hash& hash(std::size_t blob) {
    if (!hashes_[blob]) hashes_[blob] = sha256(blobs_[blob]);
    return *hashes_[blob];
  }

  const wire::SubmitRequest& request_;
  const std::span<const std::string_view> blobs_;
  const Terms& terms_;
  std::vector<std::optional<Hash>> hashes_;
  std::set<std::string> warnings_;
};

}  // namespace

Result<Submitted> to_batch(const wire::SubmitRequest& request,
                           std::span<const std::string_view> blobs, const Catalog& catalog,
                           const std::string& default_model, Duration default_deadline, Time now) {
  store::NewBatch batch;
  batch.id = request.batch.empty() ? new_id(now) : request.batch;
  batch.tenant = request.tenant;
  batch.project = request.project;
  batch.jobs.reserve(request.jobs.size());
  const auto sent = sent_pipelines(request, catalog, default_model, now);
  if (!sent) return std::unexpected(sent.error());
  for (const auto& [name, entry] : *sent) {
    if (entry.version != 0) continue;
    batch.pipelines.push_back({.name = name,
                               .hash = entry.pipeline->hash(),
                               .text = entry.pipeline->bundle(),
                               .parts = {}});
  }
  const Terms terms{.sent = *sent,
                    .catalog = catalog,
                    .default_model = default_model,
                    .default_deadline = default_deadline,
                    .now = now};
  Converter converter(request, blobs, terms);
  for (std::size_t i = 0; i < request.jobs.size(); ++i) {
    Result<store::NewJob> job = converter.job(i);
    if (!job) return std::unexpected(std::move(job.error()));
    batch.jobs.push_back(std::move(*job));
  }
  return Submitted{std::move(batch), converter.warnings()};
}

}  // namespace docwright::daemon
