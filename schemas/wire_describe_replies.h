// The fields of each reply and event (wire_describe.h). A daemon's own words are not refused: no
// rules.
#pragma once
#include "schemas/wire_describe.h"
#include "schemas/wire_replies.h"

namespace docwright::wire {

void describe(auto& fields, Of<DefaultModelView> auto& model) {
  fields("name", model.name);
  fields("configured", model.configured);
  fields("since", model.since);
  fields("chosen_by", model.chosen_by);
}

void describe(auto& fields, Of<Endpoints> auto& endpoints) {
  fields("requests", endpoints.requests);
  fields("push", endpoints.push);
  fields("events", endpoints.events);
}

void describe(auto& fields, Of<Limits> auto& limits) {
  fields("frame_bytes", limits.frame_bytes);
  fields("message_bytes", limits.message_bytes);
  fields("jobs", limits.jobs);
  fields("frames", limits.frames);
}

void describe(auto& fields, Of<PingReply> auto& reply) {
  fields("version", reply.version);
  fields("protocol", reply.protocol);
  fields("instance", reply.instance);
  fields("pid", reply.pid);
  fields("started_at", reply.started_at);
  fields("now", reply.now);
  fields("state", reply.state);
  fields("database", reply.database);
  fields("default_pipeline", reply.default_pipeline);
  fields("default_model", reply.default_model);
  fields("endpoints", reply.endpoints);
  fields("limits", reply.limits);
  fields("seq", reply.seq);
}

void describe(auto& fields, Of<SubmittedJob> auto& job) {
  fields("id", job.id);
  fields("state", job.state);
  fields("duplicate", job.duplicate);
}

void describe(auto& fields, Of<SubmitReply> auto& reply) {
  fields("batch", reply.batch);
  fields("jobs", reply.jobs);
  fields("warnings", reply.warnings);
}

void describe(auto& fields, Of<StateCounts> auto& counts) {
  fields("queued", counts.queued);
  fields("running", counts.running);
  fields("waiting", counts.waiting);
  fields("succeeded", counts.succeeded);
  fields("failed", counts.failed);
  fields("cancelled", counts.cancelled);
}

// The figures that a job and a sum of jobs have in common.
void describe_work(auto& fields, auto& work) {
  fields("chunks", work.chunks);
  fields("chunks_stored", work.chunks_stored);
  fields("documents", work.documents);
  fields("flagged", work.flagged);
  fields("fallbacks", work.fallbacks);
  fields("calls", work.calls);
  fields("calls_unknown", work.calls_unknown);
  fields("tokens_in", work.tokens_in);
  fields("tokens_out", work.tokens_out);
  fields("cost_nusd", work.cost_nusd);
}

void describe(auto& fields, Of<Summary> auto& summary) {
  fields("jobs", summary.jobs);
  fields("states", summary.states);
  describe_work(fields, summary);
}

void describe(auto& fields, Of<Waiting> auto& waiting) {
  fields("reason", waiting.reason);
  fields("detail", waiting.detail);
  fields("until", waiting.until);
}

void describe(auto& fields, Of<JobError> auto& error) {
  fields("code", error.code);
  fields("message", error.message);
  fields("at", error.at);
}

void describe(auto& fields, Of<JobView> auto& job) {
  fields("id", job.id);
  fields("batch", job.batch);
  fields("key", job.key);
  fields("tenant", job.tenant);
  fields("project", job.project);
  fields("path", job.path);
  fields("pipeline", job.pipeline);
  fields("model", job.model);
  fields("state", job.state);
  fields("waiting", job.waiting);
  fields("error", job.error);
  fields("priority", job.priority);
  fields("attempt", job.attempt);
  fields("created_at", job.created_at);
  fields("started_at", job.started_at);
  fields("finished_at", job.finished_at);
  fields("redo_at", job.redo_at);
  fields("deadline", job.deadline);
  describe_work(fields, job);
  fields("labels", job.labels);
  fields("traceparent", job.traceparent);
}

void describe(auto& fields, Of<StatusReply> auto& reply) {
  fields("done", reply.done);
  fields("summary", reply.summary);
  fields("jobs", reply.jobs);
  fields("next", reply.next);
}

void describe(auto& fields, Of<ListReply> auto& reply) {
  fields("jobs", reply.jobs);
  fields("next", reply.next);
}

void describe(auto& fields, Of<DocumentView> auto& document) {
  fields("job", document.job);
  fields("batch", document.batch);
  fields("tenant", document.tenant);
  fields("project", document.project);
  fields("path", document.path);
  fields("symbol", document.symbol);
  fields("kind", document.kind);
  fields("version", document.version);
  fields("flagged", document.flagged);
  fields("created_at", document.created_at);
  fields("document", document.document);
}

void describe(auto& fields, Of<ResultReply> auto& reply) {
  fields("done", reply.done);
  fields("summary", reply.summary);
  fields("documents", reply.documents);
  fields("next", reply.next);
}

void describe(auto& fields, Of<WaitReply> auto& reply) {
  fields("done", reply.done);
  fields("summary", reply.summary);
}

void describe(auto& fields, Of<ChangedJob> auto& job) {
  fields("id", job.id);
  fields("state", job.state);
  fields("changed", job.changed);
}

void describe(auto& fields, Of<ChangeReply> auto& reply) {
  fields("changed", reply.changed);
  fields("jobs", reply.jobs);
}

void describe(auto& fields, Of<PauseView> auto& pause) {
  fields("scope", pause.scope);
  fields("reason", pause.reason);
  fields("since", pause.since);
}

void describe(auto& fields, Of<PauseReply> auto& reply) {
  fields("paused", reply.paused);
  fields("calls_in_flight", reply.calls_in_flight);
  fields("bound_nusd", reply.bound_nusd);
  fields("jobs_running", reply.jobs_running);
}

void describe(auto& fields, Of<StepView> auto& step) {
  fields("name", step.name);
  fields("step", step.step);
}

void describe(auto& fields, Of<PipelineView> auto& pipeline) {
  fields("name", pipeline.name);
  fields("description", pipeline.description);
  fields("model", pipeline.model);
  fields("hash", pipeline.hash);
  fields("default", pipeline.is_default);
  fields("paused", pipeline.paused);
  fields("steps", pipeline.steps);
}

void describe(auto& fields, Of<PipelinesReply> auto& reply) {
  fields("pipelines", reply.pipelines);
}

void describe(auto& fields, Of<ModelView> auto& model) {
  fields("name", model.name);
  fields("provider", model.provider);
  fields("api_name", model.api_name);
  fields("aliases", model.aliases);
  fields("window_tokens", model.window_tokens);
  fields("output_tokens_max", model.output_tokens_max);
  fields("priced", model.priced);
  fields("input_nusd_per_mtok", model.input_nusd_per_mtok);
  fields("output_nusd_per_mtok", model.output_nusd_per_mtok);
  fields("credentials", model.credentials);
  fields("retires", model.retires);
  fields("replaced_by", model.replaced_by);
  fields("routes", model.routes);
  fields("default", model.is_default);
}

void describe(auto& fields, Of<RouteView> auto& route) {
  fields("name", route.name);
  fields("order", route.order);
  fields("targets", route.targets);
  fields("default", route.is_default);
}

void describe(auto& fields, Of<ModelsReply> auto& reply) {
  fields("default_model", reply.default_model);
  fields("models", reply.models);
  fields("routes", reply.routes);
  fields("warnings", reply.warnings);
}

void describe(auto& fields, Of<ProviderTrouble> auto& trouble) {
  fields("kind", trouble.kind);
  fields("models", trouble.models);
  fields("until", trouble.until);
  fields("detail", trouble.detail);
}

void describe(auto& fields, Of<ProviderView> auto& provider) {
  fields("provider", provider.provider);
  fields("base_url", provider.base_url);
  fields("key", provider.key);
  fields("models", provider.models);
  fields("troubles", provider.troubles);
}

void describe(auto& fields, Of<QuotaGroupView> auto& group) {
  fields("provider", group.provider);
  fields("name", group.name);
  fields("calls", group.calls);
  fields("calls_max", group.calls_max);
  fields("waiting", group.waiting);
  fields("paused_until", group.paused_until);
  fields("detail", group.detail);
}

void describe(auto& fields, Of<ProviderReply> auto& reply) {
  fields("default_model", reply.default_model);
  fields("providers", reply.providers);
  fields("quota_groups", reply.quota_groups);
  fields("warnings", reply.warnings);
}

void describe(auto& fields, Of<StatsReply> auto& reply) {
  fields("now", reply.now);
  fields("started_at", reply.started_at);
  fields("states", reply.states);
  fields("queue_jobs", reply.queue_jobs);
  fields("queue_bytes", reply.queue_bytes);
  fields("calls_in_flight", reply.calls_in_flight);
  fields("reserved_nusd", reply.reserved_nusd);
  fields("documents", reply.documents);
  fields("flagged", reply.flagged);
  fields("calls", reply.calls);
  fields("calls_unknown", reply.calls_unknown);
  fields("tokens_in", reply.tokens_in);
  fields("tokens_out", reply.tokens_out);
  fields("cost_nusd", reply.cost_nusd);
  fields("rejects", reply.rejects);
  fields("writer_queued", reply.writer_queued);
  fields("waiters", reply.waiters);
  fields("database_bytes", reply.database_bytes);
  fields("no_space", reply.no_space);
  fields("paused", reply.paused);
}

void describe(auto& fields, Of<EventView> auto& event) {
  fields("seq", event.seq);
  fields("at", event.at);
  fields("topic", event.topic);
  fields("event", event.event);
}

void describe(auto& fields, Of<EventsSinceReply> auto& reply) {
  fields("events", reply.events);
  fields("first_seq", reply.first_seq);
  fields("last_seq", reply.last_seq);
  fields("missed", reply.missed);
}

void describe(auto& fields, Of<BudgetView> auto& budget) {
  fields("scope", budget.scope);
  fields("window", budget.window);
  fields("since", budget.since);
  fields("until", budget.until);
  fields("limit_nusd", budget.limit_nusd);
  fields("limit_tokens", budget.limit_tokens);
  fields("settled_nusd", budget.settled_nusd);
  fields("unknown_nusd", budget.unknown_nusd);
  fields("reserved_nusd", budget.reserved_nusd);
  fields("settled_tokens", budget.settled_tokens);
  fields("unknown_tokens", budget.unknown_tokens);
  fields("reserved_tokens", budget.reserved_tokens);
}

void describe(auto& fields, Of<BudgetReply> auto& reply) {
  fields("budgets", reply.budgets);
}

void describe(auto& fields, Of<CacheGroupView> auto& group) {
  fields("name", group.name);
  fields("answers", group.answers);
  fields("tokens_in", group.tokens_in);
  fields("tokens_out", group.tokens_out);
  fields("cost_nusd", group.cost_nusd);
  fields("oldest", group.oldest);
  fields("newest", group.newest);
  fields("hits", group.hits);
  fields("saved_nusd", group.saved_nusd);
}

void describe(auto& fields, Of<CacheReply> auto& reply) {
  fields("groups", reply.groups);
  fields("cleared", reply.cleared);
}

}  // namespace docwright::wire
