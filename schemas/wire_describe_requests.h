// The fields of each request (wire_describe.h), with what is refused.
#pragma once
#include <array>
#include <limits>
#include <string_view>

#include "schemas/wire_describe.h"
#include "schemas/wire_requests.h"
#include "schemas/wire_rules.h"

namespace docwright::wire {

inline constexpr std::array<std::string_view, 6> kStates = {"queued",    "running", "waiting",
                                                            "succeeded", "failed",  "cancelled"};
inline constexpr std::array<std::string_view, 3> kBudgetActions = {"list", "set", "remove"};
inline constexpr std::array<std::string_view, 2> kCacheActions = {"show", "clear"};
inline constexpr std::array<std::string_view, 3> kProviderActions = {"list", "use", "reset"};
inline constexpr std::array<std::string_view, 5> kCacheGroups = {"model", "provider", "tenant",
                                                                 "project", "pipeline"};
inline constexpr std::array<std::string_view, 1> kBudgetScopes = {"all"};
inline constexpr std::array<std::string_view, 2> kBudgetWindows = {"once", "day"};

inline constexpr Rule kName = line(kNameBytes);
inline constexpr Rule kReference = {
    .bytes_max = 36, .bytes_min = kIdPrefixBytes, .plain = true};  // an id, or a prefix of one
inline constexpr Rule kPipelineText = {
    .required = true, .bytes_max = kPipelineBytes, .bytes_min = 1};
inline constexpr Rule kCursor = line(kCursorBytes);
inline constexpr Rule kPage = between(1, kPageMax);
inline constexpr Rule kWait = lasting(Duration{}, kWaitMax);

// Ids of jobs, or the id of a batch.
void describe_selection(auto& fields, auto& request) {
  fields("jobs", request.jobs, kReference.list(1, kJobsNamed));
  fields("batch", request.batch, kReference);
}

void describe(auto&, Of<PingRequest> auto&) {}
void describe(auto&, Of<PipelinesRequest> auto&) {}
void describe(auto&, Of<ModelsRequest> auto&) {}
void describe(auto&, Of<StatsRequest> auto&) {}

void describe(auto& fields, Of<SubmitJob> auto& job) {
  fields("path", job.path, line(kPathBytes).must());
  fields("blob", job.blob, between(0, 1'000'000).must());
  fields("key", job.key, line(kKeyBytes));
  fields("pipeline", job.pipeline, kName);
  fields("model", job.model, kName);
  fields("tenant", job.tenant, kName);
  fields("priority", job.priority, between(-kPriorityMax, kPriorityMax));
  fields("budget", job.budget, line(kMoneyBytes));
  fields("budget_tokens", job.budget_tokens, between(1, kTokensMax));
  fields("delay", job.delay, lasting(Duration{}, kDelayMax));
  fields("deadline", job.deadline, lasting(kDeadlineMin, kDeadlineMax));
  fields("answer_language", job.answer_language, line(kLanguageBytes));
  fields("parameters", job.parameters, Rule{.bytes_max = kParametersBytes});
  fields("fresh", job.fresh);
  fields("force", job.force);
  fields("labels", job.labels);
  fields("traceparent", job.traceparent, line(128));
}

void describe(auto& fields, Of<SentPrompt> auto& prompt) {
  fields("name", prompt.name, kName.must());
  fields("text", prompt.text, kPipelineText);
  fields("file", prompt.file, line(kPathBytes));
}

void describe(auto& fields, Of<SentPipeline> auto& pipeline) {
  fields("text", pipeline.text, kPipelineText);
  fields("file", pipeline.file, line(kPathBytes));
  fields("prompts", pipeline.prompts, Rule{.entries_max = kPromptsSent});
}

void describe(auto& fields, Of<SubmitRequest> auto& request) {
  fields("project", request.project, kName);
  fields("tenant", request.tenant, kName);
  fields("batch", request.batch, line(36));
  fields("pipelines", request.pipelines, Rule{.entries_max = kPipelinesSent});
  fields("jobs", request.jobs, Rule{.required = true, .entries_min = 1});
}

void describe(auto& fields, Of<StatusRequest> auto& request) {
  describe_selection(fields, request);
  fields("wait", request.wait, kWait);
  fields("limit", request.limit, kPage);
  fields("after", request.after, kCursor);
}

void describe(auto& fields, Of<ListRequest> auto& request) {
  fields("states", request.states, word(kStates).list(1, kStates.size()));
  fields("tenant", request.tenant, kName);
  fields("project", request.project, kName);
  fields("batch", request.batch, kReference);
  fields("pipeline", request.pipeline, kName);
  fields("key", request.key, line(kKeyBytes));
  fields("path_prefix", request.path_prefix, line(kPathBytes));
  fields("labels", request.labels);
  fields("limit", request.limit, kPage);
  fields("after", request.after, kCursor);
}

void describe(auto& fields, Of<ResultRequest> auto& request) {
  describe_selection(fields, request);
  fields("project", request.project, kName);
  fields("tenant", request.tenant, kName);
  fields("flagged", request.flagged);
  fields("wait", request.wait, kWait);
  fields("limit", request.limit, kPage);
  fields("after", request.after, kCursor);
}

void describe(auto& fields, Of<WaitRequest> auto& request) {
  describe_selection(fields, request);
  fields("timeout", request.timeout, kWait);
}

void describe(auto& fields, Of<CancelRequest> auto& request) {
  describe_selection(fields, request);
  fields("all", request.all);
  fields("now", request.now);
}

void describe(auto& fields, Of<RetryRequest> auto& request) {
  describe_selection(fields, request);
  fields("failed", request.failed);
}

void describe(auto& fields, Of<PauseRequest> auto& request) {
  fields("pipeline", request.pipeline, kName);
  fields("reason", request.reason, line(255));
}

void describe(auto& fields, Of<ResumeRequest> auto& request) {
  fields("pipeline", request.pipeline, kName);
}

void describe(auto& fields, Of<EventsSinceRequest> auto& request) {
  fields("seq", request.seq, between(0, std::numeric_limits<std::int64_t>::max()));
  fields("topic", request.topic, line(200));
  fields("limit", request.limit, kPage);
  fields("wait", request.wait, kWait);
}

void describe(auto& fields, Of<BudgetRequest> auto& request) {
  fields("action", request.action, word(kBudgetActions));
  fields("scope", request.scope, word(kBudgetScopes));
  fields("window", request.window, word(kBudgetWindows));
  fields("limit", request.limit, line(kMoneyBytes));
  fields("tokens", request.tokens, between(0, kTokensMax));
}

void describe(auto& fields, Of<CacheRequest> auto& request) {
  fields("action", request.action, word(kCacheActions));
  fields("by", request.by, word(kCacheGroups));
  fields("model", request.model, kName);
  fields("older_than", request.older_than, lasting(Duration{}, kCacheAgeMax));
}

void describe(auto& fields, Of<ProviderRequest> auto& request) {
  fields("action", request.action, word(kProviderActions));
  fields("name", request.name, kName);
  fields("by", request.by, line(255));
}

}  // namespace docwright::wire
