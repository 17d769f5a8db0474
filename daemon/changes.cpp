#include "daemon/changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/queries.h"
#include "daemon/views.h"
#include "store/budgets.h"
#include "store/cache.h"
#include "store/calls.h"
#include "store/events.h"
#include "store/job_status.h"
#include "store/pauses.h"
#include "tokens/money.h"

namespace docwright::daemon {
namespace {

constexpr std::size_t kListedMax = 1000;
constexpr int kWokenAtOnce = 10'000;

using States = std::vector<store::State>;

Result<std::vector<std::int64_t>> select(store::Database& database,
                                         const wire::Selection& selection, const States& states) {
  if (selection.batch.empty()) return rows_of(database, selection.jobs);
  const auto batch = batch_of(database, selection.batch);
  if (!batch) return std::unexpected(batch.error());
  return store::jobs_of_batch(database, *batch, states);
}

void append(std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
}

wire::ChangeReply reply_of(const store::Change& change, bool named) {
  wire::ChangeReply reply;
  for (const store::Change::One& job : change.jobs) {
    if (job.changed) ++reply.changed;
    const bool listed = (named || job.changed) && reply.jobs.size() < kListedMax;
    if (listed) reply.jobs.push_back({job.id, std::string(name(job.state)), job.changed});
  }
  return reply;
}

// Of everything that waits for the reason, in this transaction; where that would be too much for
// one, the dispatcher does the rest.
void wake(store::Database& database, std::string_view reason, std::string_view pipeline, Time now,
          Changed& changed) {
  const int woken = store::wake_waiting(database, reason, pipeline, now, kWokenAtOnce);
  changed.limits_changed = true;
  if (woken < kWokenAtOnce) return;
  changed.wake_reasons.emplace_back(reason);
  changed.wake_pipeline = pipeline;
}

std::string pauses_now(store::Database& database, std::string_view id) {
  wire::PauseReply reply{.paused = view(store::pauses(database))};
  const store::InFlight in_flight = store::calls_in_flight(database);
  reply.calls_in_flight = in_flight.calls;
  reply.bound_nusd = in_flight.bound;
  reply.jobs_running = store::queue_stats(database).states.of(store::State::running);
  return wire::render_reply(id, reply);
}

void tell(store::Database& database, std::string_view event, std::string_view subject, Time now) {
  store::append_event(database, "daemon", Json{{"event", event}, {"subject", subject}}, now);
}

std::string subject(const std::string& pipeline) {
  return pipeline.empty() ? "all" : "pipeline:" + pipeline;
}

Result<store::BudgetLimit> limit_of(const wire::BudgetRequest& request) {
  store::BudgetLimit limit;
  limit.tokens = request.tokens;
  if (request.limit.empty()) return limit;
  const Result<Nusd> money = parse_money(request.limit);
  if (!money) return fail(Code::invalid_request, money.error().message, "/limit");
  limit.nusd = *money;
  return limit;
}

}  // namespace

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::CancelRequest& request, Time now) {
  using enum store::State;
  const States open = {queued, waiting, running};
  auto rows =
      request.all
          ? Result<std::vector<std::int64_t>>(store::open_jobs(database, wire::kCancelledAtOnce))
          : select(database, request, open);
  if (!rows) return std::unexpected(rows.error());
  if (!request.batch.empty())
    append(*rows, store::redo_jobs(database, batch_of(database, request.batch).value()));
  store::Change change = store::cancel(database, *rows, now);
  return Changed{.reply = wire::render_reply(id, reply_of(change, !request.jobs.empty())),
                 .to_stop = std::move(change.running),
                 .cut = request.now};
}

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::RetryRequest& request, Time now) {
  using enum store::State;
  auto rows =
      select(database, request, request.failed ? States{failed} : States{failed, cancelled});
  if (!rows) return std::unexpected(rows.error());
  if (!request.batch.empty() && !request.failed)
    append(*rows, store::fallback_jobs(database, batch_of(database, request.batch).value()));
  const store::Change change = store::retry(database, *rows, request.failed, now);
  const auto unchanged = std::ranges::find(change.jobs, false, &store::Change::One::changed);
  if (request.batch.empty() && unchanged != change.jobs.end()) {
    return fail(Code::conflict,
                fmt::format("job {} is {}: only failed{} can be tried again", unchanged->id,
                            name(unchanged->state),
                            request.failed ? " jobs"
                                           : " and cancelled jobs, and those with documents that "
                                             "stand in for a model's,"),
                fmt::format("/jobs/{}", unchanged - change.jobs.begin()));
  }
  return Changed{.reply = wire::render_reply(id, reply_of(change, request.batch.empty())),
                 .jobs_queued = true};
}

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::PauseRequest& request, Time now) {
  store::pause(database, request.pipeline, request.reason, now);
  tell(database, "paused", subject(request.pipeline), now);
  return Changed{
      .reply = pauses_now(database, id), .paused = true, .paused_pipeline = request.pipeline};
}

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::ResumeRequest& request, Time now) {
  Changed changed;
  if (store::resume(database, request.pipeline)) {
    wake(database, "paused", request.pipeline, now, changed);
    tell(database, "resumed", subject(request.pipeline), now);
  }
  changed.paused = false;
  changed.paused_pipeline = request.pipeline;
  changed.reply = pauses_now(database, id);
  return changed;
}

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::BudgetRequest& request, Time now) {
  const auto limit = limit_of(request);
  if (!limit) return std::unexpected(limit.error());
  const store::Window window = store::window_named(request.window).value_or(store::Window::once);
  if (auto set = store::set_budget(database, window, *limit, now); !set)
    return std::unexpected(set.error());
  Changed changed;
  wake(database, "budget", {}, now, changed);
  tell(database, request.action == "remove" ? "budget_removed" : "budget_set",
       fmt::format("{}:{}", request.scope, request.window), now);
  wire::BudgetReply reply;
  for (const store::BudgetState& budget : store::budgets(database, now))
    reply.budgets.push_back(view(budget));
  changed.reply = wire::render_reply(id, reply);
  return changed;
}

Result<Changed> change(store::Database& database, std::string_view id,
                       const wire::CacheRequest& request, Time now) {
  wire::CacheReply reply;
  reply.cleared = store::clear_cache(database, request.model, now - request.older_than);
  tell(database, "cache_cleared", request.model.empty() ? "all" : "model:" + request.model, now);
  return Changed{.reply = wire::render_reply(id, reply)};
}

Result<Changed> change(store::Database& database, std::string_view id, const Choice& choice,
                       Time now) {
  store::choose_default_model(database, choice.name, choice.by, now);
  Json event = {{"event", choice.name.empty() ? "default_model_reset" : "default_model_set"},
                {"subject", choice.name.empty() ? choice.configured : choice.name}};
  if (!choice.by.empty()) event["by"] = choice.by;
  store::append_event(database, "daemon", event, now);
  Changed changed;
  for (const std::string_view reason : kModelReasons) wake(database, reason, {}, now, changed);
  wire::ProviderReply reply;
  reply.default_model = view(store::default_model(database), choice.configured);
  reply.warnings = choice.warnings;
  changed.reply = wire::render_reply(id, reply);
  changed.default_model = std::move(reply.default_model);
  changed.chosen_by = choice.by;
  return changed;
}

}  // namespace docwright::daemon
