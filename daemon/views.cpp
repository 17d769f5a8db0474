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

// What a queued job waits for: a pause to end, or its turn.
wire::Waiting queued(const store::JobStatus& job, const std::vector<store::Pause>& pauses) {
  const auto pause = std::ranges::find_if(pauses, [&](const store::Pause& each) {
    return each.pipeline.empty() || each.pipeline == job.pipeline;
  });
  if (pause == pauses.end())
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

std::optional<wire::Waiting> waiting(const store::JobStatus& job,
                                     const std::vector<store::Pause>& pauses) {
  if (job.state == store::State::queued) return queued(job, pauses);
  if (job.state != store::State::waiting) return std::nullopt;
  return wire::Waiting{.reason = job.reason, .detail = job.detail, .until = job.wake};
}

std::string model_of(const store::JobStatus& job, const Catalog& catalog) {
  if (!job.model.empty()) return job.model;
  const Catalog::Entry* entry = catalog.find(job.pipeline);
  return entry == nullptr ? std::string() : entry->pipeline->model();
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

wire::JobView view(const store::JobStatus& job, const std::vector<store::Pause>& pauses,
                   const Catalog& catalog) {
  wire::JobView out{.id = job.id,
                    .batch = job.batch,
                    .key = job.key,
                    .tenant = job.tenant,
                    .project = job.project,
                    .path = job.path,
                    .pipeline = job.pipeline,
                    .model = model_of(job, catalog),
                    .state = std::string(name(job.state)),
                    .waiting = waiting(job, pauses),
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

wire::ModelsReply view(const providers::Models& models, const providers::Registry& providers,
                       const providers::Credentials& credentials, Time now) {
  wire::ModelsReply reply;
  for (const providers::Model* model : models.all()) {
    const providers::Provider* provider = providers.find(model->provider);
    wire::ModelView out{.name = model->name,
                        .provider = model->provider,
                        .api_name = model->api_name,
                        .aliases = model->aliases,
                        .window_tokens = model->window_tokens,
                        .output_tokens_max = model->output_tokens_max,
                        .priced = false};
    if (const Prices* prices = model->prices_at(now)) {
      out.priced = true;
      out.input_nusd_per_mtok = prices->input;
      out.output_nusd_per_mtok = prices->output;
    }
    if (provider != nullptr) out.credentials = credentials.state(*provider, *model);
    reply.models.push_back(std::move(out));
  }
  return reply;
}

}  // namespace docwright::daemon
