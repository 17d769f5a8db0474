#include "daemon/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/text.h"

namespace docwright::daemon {
namespace {

void copy_progress(const store::Progress& from, auto& to) {
  to.chunks = from.chunks;
  to.chunks_stored = from.chunks_stored;
  to.documents = from.documents;
  to.flagged = from.flagged;
  to.fallbacks = from.fallbacks;
  to.calls = from.calls;
  to.calls_unknown = from.calls_unknown;
  to.tokens_in = from.tokens_in;
  to.tokens_out = from.tokens_out;
  to.cost_nusd = from.charged;
}

std::string scope_of(const store::Pause& pause) {
  return pause.pipeline.empty() ? "all" : "pipeline:" + pause.pipeline;
}

// What a queued job waits for: a pause to end, room on the disk, or its turn.
wire::Waiting queued(const store::JobStatus& job, const Circumstances& now) {
  const auto pause = std::ranges::find_if(now.pauses, [&](const store::Pause& each) {
    return each.pipeline.empty() || each.pipeline == job.pipeline;
  });
  if (pause == now.pauses.end() && now.out_of_space)
    return {.reason = "store",
            .detail =
                "the disk of the database is full: jobs begin again by themselves when there "
                "is room"};
  if (pause == now.pauses.end())
    return {.reason = "queue",
            .detail =
                "waits for its turn: all places are taken, or jobs of a higher priority go first"};
  const std::string what =
      pause->pipeline.empty() ? "everything" : fmt::format("pipeline '{}'", pause->pipeline);
  const std::string why = pause->reason.empty() ? std::string() : ": " + pause->reason;
  return {.reason = "paused",
          .detail = fmt::format("{} is paused since {}{}; `resume` goes on", what,
                                to_rfc3339(pause->since), why)};
}

std::optional<wire::Waiting> waiting(const store::JobStatus& job, const Circumstances& now) {
  if (job.state == store::State::queued) return queued(job, now);
  if (job.state != store::State::waiting) return std::nullopt;
  return wire::Waiting{.reason = job.reason, .detail = job.detail, .until = job.wake};
}

std::string model_shown(const store::JobStatus& job, const Circumstances& now,
                        const std::string& model_asked) {
  if (!job.model.empty()) return job.model;
  const Catalog::Entry* entry = now.catalog.find(job.pipeline);
  if (entry == nullptr) return model_asked;
  if (entry->pipeline->asks_default() && !model_asked.empty()) return model_asked;
  return model_of(*entry->pipeline, now.default_model);
}

std::vector<wire::RouteView> routes_of(const pipeline::Routes& routes,
                                       const wire::DefaultModelView& default_model) {
  std::vector<wire::RouteView> views;
  for (const auto& [name, route] : routes.all()) {
    wire::RouteView& view = views.emplace_back();
    view.name = name;
    view.order = pipeline::name(route.order);
    view.is_default = name == default_model.name;
    for (const pipeline::Target& target : route.targets) view.targets.push_back(target.model);
  }
  return views;
}

// By a name or an alias of it.
bool leads_to(const pipeline::Route& route, const providers::Model& model,
              const providers::Models& models) {
  return std::ranges::any_of(route.targets, [&](const pipeline::Target& target) {
    return models.find(target.model) == &model;
  });
}

wire::ModelView model_view(const providers::Model& model, const Catalog& catalog,
                           const providers::Credentials& credentials, Time now) {
  wire::ModelView view{.name = model.name,
                       .provider = model.provider,
                       .api_name = model.api_name,
                       .aliases = model.aliases,
                       .window_tokens = model.window_tokens,
                       .output_tokens_max = model.output_tokens_max,
                       .priced = false};
  if (const Prices* prices = model.prices_at(now)) {
    view.priced = true;
    view.input_nusd_per_mtok = prices->input;
    view.output_nusd_per_mtok = prices->output;
  }
  if (const providers::Provider* provider = catalog.providers().find(model.provider))
    view.credentials = credentials.state(*provider, model);
  view.retires = model.retires;
  view.replaced_by = model.replaced_by;
  for (const auto& [name, route] : catalog.routes().all()) {
    if (leads_to(route, model, catalog.models())) view.routes.push_back(name);
  }
  return view;
}

}  // namespace

wire::StateCounts view(const store::StateCounts& counts) {
  using enum store::State;
  return {.queued = counts.of(queued),
          .running = counts.of(running),
          .waiting = counts.of(waiting),
          .succeeded = counts.of(succeeded),
          .failed = counts.of(failed),
          .cancelled = counts.of(cancelled)};
}

wire::Summary view(const store::Summary& summary) {
  wire::Summary out{.jobs = summary.jobs, .states = view(summary.states)};
  copy_progress(summary.progress, out);
  return out;
}

std::string model_of(const pipeline::Pipeline& pipeline, const std::string& default_model) {
  return pipeline.asks_default() && !default_model.empty() ? default_model : pipeline.model();
}

wire::JobView view(const store::JobStatus& job, const Circumstances& now,
                   const std::string& model_asked) {
  wire::JobView out{.id = job.id,
                    .batch = job.batch,
                    .key = job.key,
                    .tenant = job.tenant,
                    .project = job.project,
                    .path = job.path,
                    .pipeline = job.pipeline,
                    .model = model_shown(job, now, model_asked),
                    .state = std::string(name(job.state)),
                    .waiting = waiting(job, now),
                    .priority = job.priority,
                    .attempt = job.attempt,
                    .created_at = job.created,
                    .started_at = job.started,
                    .finished_at = job.ended,
                    .redo_at = job.redo_at,
                    .deadline = job.deadline,
                    .labels = job.labels,
                    .traceparent = job.traceparent};
  if (job.error)
    out.error =
        wire::JobError{std::string(name(job.error->code)), job.error->message, job.error->at};
  copy_progress(job.progress, out);
  return out;
}

wire::DocumentView view(const store::StoredDocument& document) {
  wire::DocumentView out{.job = document.job,
                         .batch = document.batch,
                         .tenant = document.tenant,
                         .project = document.project,
                         .path = document.path,
                         .symbol = document.symbol,
                         .kind = document.kind,
                         .version = document.version,
                         .flagged = document.flagged,
                         .created_at = document.created};
  out.document = parse_json(document.record).value_or(Json::object());
  return out;
}

wire::PauseView view(const store::Pause& pause) {
  return {.scope = scope_of(pause), .reason = pause.reason, .since = pause.since};
}

std::vector<wire::PauseView> view(const std::vector<store::Pause>& pauses) {
  std::vector<wire::PauseView> out;
  for (const store::Pause& pause : pauses) out.push_back(view(pause));
  return out;
}

wire::CacheGroupView view(const store::CacheGroup& group) {
  return {.name = group.name,
          .answers = group.answers,
          .tokens_in = group.tokens_in,
          .tokens_out = group.tokens_out,
          .cost_nusd = group.cost,
          .oldest = group.oldest,
          .newest = group.newest,
          .hits = group.hits,
          .saved_nusd = group.saved};
}

wire::BudgetView view(const store::BudgetState& budget) {
  return {.scope = budget.scope,
          .window = std::string(name(budget.window)),
          .since = budget.since,
          .until = budget.until,
          .limit_nusd = budget.limit.nusd,
          .limit_tokens = budget.limit.tokens,
          .settled_nusd = budget.settled_nusd,
          .unknown_nusd = budget.unknown_nusd,
          .reserved_nusd = budget.reserved_nusd,
          .settled_tokens = budget.settled_tokens,
          .unknown_tokens = budget.unknown_tokens,
          .reserved_tokens = budget.reserved_tokens};
}

wire::EventView view(const store::Event& event) {
  return {.seq = event.seq,
          .at = event.at,
          .topic = event.topic,
          .event = parse_json(event.body).value_or(Json::object())};
}

wire::ModelsReply view(const Catalog& catalog, const providers::Credentials& credentials,
                       const wire::DefaultModelView& default_model, Time now) {
  wire::ModelsReply reply{.default_model = default_model,
                          .models = {},
                          .routes = routes_of(catalog.routes(), default_model),
                          .warnings = {}};
  const providers::Model* chosen = catalog.models().find(default_model.name);
  for (const providers::Model* model : catalog.models().all()) {
    reply.models.push_back(model_view(*model, catalog, credentials, now));
    reply.models.back().is_default = model == chosen;
    if (model->retires_soon(now) && !model->retired(now))
      reply.warnings.push_back(model->retirement(now));
  }
  return reply;
}

}  // namespace docwright::daemon
