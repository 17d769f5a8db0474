#include "daemon/queries.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/views.h"
#include "runtime/hash.h"
#include "store/calls.h"
#include "store/default_models.h"
#include "store/events.h"

namespace docwright::daemon {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{8} << 20;
constexpr int kDocumentsAtOnce = 50;

// A selection, looked up.
struct Selected {
  std::vector<std::int64_t> rows;
  std::optional<std::int64_t> batch;
};

Result<Selected> select(store::Database& database, const wire::Selection& selection) {
  Selected selected;
  if (selection.batch.empty()) {
    auto rows = rows_of(database, selection.jobs);
    if (!rows) return std::unexpected(std::move(rows.error()));
    selected.rows = std::move(*rows);
  } else {
    const auto batch = batch_of(database, selection.batch);
    if (!batch) return std::unexpected(batch.error());
    selected.batch = *batch;
  }
  return selected;
}

store::Summary summary_of(store::Database& database, const Selected& selected) {
  return selected.batch ? store::summary_of_batch(database, *selected.batch)
                        : store::summary_of_jobs(database, selected.rows);
}

bool is_done(store::Database& database, const Selected& selected) {
  return selected.batch ? store::batch_done(database, *selected.batch)
                        : store::summary_of_jobs(database, selected.rows).states.open() == 0;
}

// Topics with whole ids: those of the request may be prefixes.
Result<std::vector<std::string>> topics_of(store::Database& database, const Selected& selected) {
  std::vector<std::string> topics;
  if (selected.batch) {
    topics.push_back("batch." + store::batch_id(database, *selected.batch));
    return topics;
  }
  for (const std::int64_t row : selected.rows) {
    const auto job = store::job_status(database, row);
    if (!job) return std::unexpected(job.error());
    topics.push_back("job." + job->id);
  }
  return topics;
}

Answer refused(Error error) {
  return {.reply = std::unexpected(std::move(error))};
}

// Common to status, result and wait: ask the store, or say which news to wait for.
template <class Request, class Reply>
Answer answer_selection(store::Database& database, std::string_view id, const Request& request,
                        bool demanded, Reply reply_of) {
  const auto selected = select(database, request);
  if (!selected) return refused(selected.error());
  const bool done = is_done(database, *selected);
  if (!done && !demanded) {
    auto topics = topics_of(database, *selected);
    if (!topics) return refused(topics.error());
    return {.done = false, .topics = std::move(*topics)};
  }
  auto reply = reply_of(*selected, done);
  if (!reply) return refused(reply.error());
  return {.reply = wire::render_reply(id, *reply)};
}

// Empty: nobody has chosen a default model.
std::string chosen(store::Database& database) {
  const auto choice = store::default_model(database);
  return choice ? choice->name : std::string();
}

std::vector<wire::JobView> views(store::Database& database, const store::JobPage& page,
                                 const Surroundings& around) {
  const Circumstances now{store::pauses(database), chosen(database), *around.catalog,
                          around.out_of_space()};
  std::vector<wire::JobView> jobs;
  jobs.reserve(page.jobs.size());
  for (const store::JobStatus& job : page.jobs)
    jobs.push_back(view(job, now, job.ended ? store::model_asked(database, job.row) : ""));
  return jobs;
}

Result<wire::StatusReply> status(store::Database& database, const wire::StatusRequest& request,
                                 const Selected& selected, bool done, const Surroundings& around) {
  store::JobFilter filter;
  filter.rows = selected.rows;
  filter.batch = selected.batch;
  filter.limit = static_cast<int>(request.limit);
  filter.after = request.after;
  auto page = store::list_jobs(database, filter);
  if (!page) return fail(page.error().code, page.error().message, "/after");
  return wire::StatusReply{.done = done,
                           .summary = view(summary_of(database, selected)),
                           .jobs = views(database, *page, around),
                           .next = page->next};
}

// Documents up to the limit of the request and of a reply's size, whichever comes first.
Result<void> add_documents(store::Database& database, store::DocumentQuery query,
                           std::int64_t limit, wire::ResultReply& reply) {
  std::size_t bytes = 0;
  do {
    query.limit = static_cast<int>(
        std::min<std::int64_t>(kDocumentsAtOnce, limit - std::ssize(reply.documents)));
    auto page = store::find_documents(database, query);
    if (!page) return fail(page.error().code, page.error().message, "/after");
    for (const store::StoredDocument& document : page->documents) {
      bytes += document.record.size();
      reply.documents.push_back(view(document));
    }
    query.after = page->next;
  } while (!query.after.empty() && std::ssize(reply.documents) < limit && bytes < kReplyBytesMax);
  reply.next = query.after;
  return {};
}

Result<wire::ResultReply> result(store::Database& database, const wire::ResultRequest& request,
                                 const Selected* selected, bool done) {
  wire::ResultReply reply{.done = done};
  store::DocumentQuery query;
  if (selected != nullptr) {
    query.jobs = selected->rows;
    query.batch = selected->batch;
    reply.summary = view(summary_of(database, *selected));
  }
  query.tenant = request.tenant;
  query.project = request.project;
  query.flagged_only = request.flagged;
  query.after = request.after;
  if (auto added = add_documents(database, std::move(query), request.limit, reply); !added)
    return std::unexpected(added.error());
  return reply;
}

std::vector<store::State> states_of(const std::vector<std::string>& names) {
  std::vector<store::State> states;
  for (const std::string& each : names) {
    if (const auto state = store::state_named(each)) states.push_back(*state);
  }
  return states;
}

Result<store::JobFilter> filter_of(store::Database& database, const wire::ListRequest& request) {
  store::JobFilter filter;
  filter.states = states_of(request.states);
  filter.tenant = request.tenant;
  filter.project = request.project;
  filter.pipeline = request.pipeline;
  filter.key = request.key;
  filter.path_prefix = request.path_prefix;
  filter.labels = request.labels;
  filter.limit = static_cast<int>(request.limit);
  filter.after = request.after;
  if (request.batch.empty()) return filter;
  const auto batch = batch_of(database, request.batch);
  if (!batch) return std::unexpected(batch.error());
  filter.batch = *batch;
  return filter;
}

wire::EventsSinceReply events(store::Database& database, const wire::EventsSinceRequest& request) {
  wire::EventsSinceReply reply;
  const store::EventSpan span = store::event_span(database);
  reply.first_seq = span.first;
  reply.last_seq = span.last;
  reply.missed = span.first > request.seq + 1 && request.seq < span.last;
  for (const store::Event& event :
       store::events_since(database, request.seq, request.topic, static_cast<int>(request.limit))) {
    reply.events.push_back(view(event));
  }
  return reply;
}

wire::PipelineView view(const pipeline::Pipeline& pipeline, const Circumstances& now) {
  wire::PipelineView out{.name = pipeline.name(),
                         .description = pipeline.description(),
                         .model = model_of(pipeline, now.default_model),
                         .hash = hex(pipeline.hash()),
                         .is_default = pipeline.name() == now.catalog.default_pipeline()};
  for (const store::Pause& pause : now.pauses)
    out.paused |= pause.pipeline.empty() || pause.pipeline == pipeline.name();
  for (const pipeline::Step& step : pipeline.steps())
    out.steps.push_back({.name = step.name, .step = std::string(step.kind->name())});
  return out;
}

}  // namespace

Result<std::vector<std::int64_t>> rows_of(store::Database& database,
                                          const std::vector<std::string>& jobs) {
  std::vector<std::int64_t> rows;
  rows.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto row = store::find_job(database, jobs[i]);
    if (!row) return fail(row.error().code, row.error().message, fmt::format("/jobs/{}", i));
    rows.push_back(*row);
  }
  return rows;
}

Result<std::int64_t> batch_of(store::Database& database, const std::string& batch) {
  auto row = store::find_batch(database, batch);
  if (!row) return fail(row.error().code, row.error().message, "/batch");
  return row;
}

Question ask(std::string id, wire::StatusRequest request, Surroundings around) {
  return [id = std::move(id), request = std::move(request), around = std::move(around)](
             store::Database& database, bool demanded) {
    return answer_selection(database, id, request, demanded,
                            [&](const Selected& selected, bool done) {
                              return status(database, request, selected, done, around);
                            });
  };
}

Question ask(std::string id, wire::ListRequest request, Surroundings around) {
  return [id = std::move(id), request = std::move(request), around = std::move(around)](
             store::Database& database, bool) -> Answer {
    const auto filter = filter_of(database, request);
    if (!filter) return refused(filter.error());
    const auto page = store::list_jobs(database, *filter);
    if (!page) return refused(Error{page.error().code, page.error().message, "/after"});
    return {.reply = wire::render_reply(
                id, wire::ListReply{.jobs = views(database, *page, around), .next = page->next})};
  };
}

Question ask(std::string id, wire::ResultRequest request) {
  return [id = std::move(id), request = std::move(request)](store::Database& database,
                                                            bool demanded) -> Answer {
    if (!request.project.empty()) {
      const auto reply = result(database, request, nullptr, false);
      return reply ? Answer{.reply = wire::render_reply(id, *reply)} : refused(reply.error());
    }
    return answer_selection(database, id, request, demanded,
                            [&](const Selected& selected, bool done) {
                              return result(database, request, &selected, done);
                            });
  };
}

Question ask(std::string id, wire::WaitRequest request) {
  return
      [id = std::move(id), request = std::move(request)](store::Database& database, bool demanded) {
        return answer_selection(
            database, id, request, demanded, [&](const Selected& selected, bool done) {
              return Result<wire::WaitReply>(
                  wire::WaitReply{.done = done, .summary = view(summary_of(database, selected))});
            });
      };
}

Question ask(std::string id, wire::EventsSinceRequest request) {
  return [id = std::move(id), request = std::move(request)](store::Database& database,
                                                            bool demanded) -> Answer {
    const wire::EventsSinceReply reply = events(database, request);
    if (reply.events.empty() && !demanded)
      return {.done = false, .topics = {request.topic}, .prefixes = true};
    return {.reply = wire::render_reply(id, reply)};
  };
}

Question ask_cache(std::string id, std::string by, std::optional<Duration> cache_time, Time now) {
  return [id = std::move(id), by = std::move(by), cache_time, now](store::Database& database,
                                                                   bool) -> Answer {
    const bool for_good = cache_time && *cache_time == Duration{};
    const Time since = for_good ? Time{} : cache_time ? now - *cache_time : Time::max();
    const auto groups = store::cache_by(database, by, since);
    if (!groups) return {.reply = std::unexpected(groups.error())};
    wire::CacheReply reply;
    for (const store::CacheGroup& group : *groups) reply.groups.push_back(view(group));
    return {.reply = wire::render_reply(id, reply)};
  };
}

Question ask_budgets(std::string id, Time now) {
  return [id = std::move(id), now](store::Database& database, bool) -> Answer {
    wire::BudgetReply reply;
    for (const store::BudgetState& budget : store::budgets(database, now))
      reply.budgets.push_back(view(budget));
    return {.reply = wire::render_reply(id, reply)};
  };
}

Question ask_stats(std::string id, wire::StatsReply known) {
  return [id = std::move(id), known = std::move(known)](store::Database& database, bool) -> Answer {
    wire::StatsReply reply = known;
    const store::QueueStats queue = store::queue_stats(database);
    reply.states = view(queue.states);
    reply.queue_jobs = queue.queue_jobs;
    reply.queue_bytes = queue.queue_bytes;
    const store::InFlight in_flight = store::calls_in_flight(database);
    reply.calls_in_flight = in_flight.calls;
    reply.reserved_nusd = in_flight.bound;
    const store::Totals totals = store::totals(database);
    reply.documents = totals.documents;
    reply.flagged = totals.flagged;
    reply.calls = totals.calls;
    reply.calls_unknown = totals.calls_unknown;
    reply.tokens_in = totals.tokens_in;
    reply.tokens_out = totals.tokens_out;
    reply.cost_nusd = totals.charged;
    reply.rejects = totals.rejects;
    reply.paused = view(store::pauses(database));
    return {.reply = wire::render_reply(id, reply)};
  };
}

Question ask_pipelines(std::string id, std::shared_ptr<const Catalog> catalog) {
  return [id = std::move(id), catalog = std::move(catalog)](store::Database& database,
                                                            bool) -> Answer {
    const Circumstances now{store::pauses(database), chosen(database), *catalog};
    wire::PipelinesReply reply;
    for (const auto& [name, entry] : catalog->pipelines())
      reply.pipelines.push_back(view(*entry.pipeline, now));
    return {.reply = wire::render_reply(id, reply)};
  };
}

}  // namespace docwright::daemon
