// status, list, stats, ping: what the daemon says of its jobs and of itself.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/values.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

struct StatusArguments {
  std::vector<std::string> ids;
  std::int64_t limit = 50;
  bool all = false;
  bool summary = false;
};

// Sums, and the first jobs, of everything selected.
struct Gathered {
  wire::Summary summary;
  bool done = true;
  Json jobs = Json::array();
  bool more = false;
};

Result<void> gather(Session& session, const wire::Selection& which, std::size_t limit,
                    Gathered& into) {
  auto request = client::request_for<wire::StatusRequest>(which);
  while (true) {
    request.limit = static_cast<std::int64_t>(std::min<std::size_t>(
        std::max<std::size_t>(limit - std::min(limit, into.jobs.size()), 1), wire::kPageMax));
    const auto page = session.ask(request);
    if (!page) return std::unexpected(page.error());
    if (request.after.empty()) {
      add(into.summary, page->summary);
      into.done = into.done && page->done;
    }
    for (const wire::JobView& job : page->jobs) {
      if (into.jobs.size() < limit) {
        into.jobs.push_back(wire::to_json(job));
      } else {
        into.more = true;
      }
    }
    if (page->next.empty()) return {};
    if (into.jobs.size() >= limit) {
      into.more = true;
      return {};
    }
    request.after = page->next;
  }
}

std::size_t jobs_shown(const StatusArguments& arguments) {
  if (arguments.summary) return 0;
  return arguments.all ? std::numeric_limits<std::size_t>::max()
                       : static_cast<std::size_t>(arguments.limit);
}

void print(Session& session, const StatusArguments& arguments, const Gathered& gathered) {
  Output& out = session.out();
  const Json summary = wire::to_json(gathered.summary);
  if (arguments.summary) {
    write_object(out, session.format(), summary_columns(), summary);
  } else if (session.format() == Format::json) {
    write_object(out, Format::json, {},
                 Json{{"done", gathered.done}, {"summary", summary}, {"jobs", gathered.jobs}});
  } else {
    if (session.format() == Format::table) {
      write_object(out, Format::table, summary_columns(), summary);
      out.data("\n");
    }
    write_rows(out, session.format(), job_columns(), gathered.jobs);
    if (gathered.more) {
      out.say(fmt::format("Only the first {} jobs; --all shows all.", gathered.jobs.size()));
    }
  }
}

Result<Exit> status(Session& session, const StatusArguments& arguments) {
  const auto selections = session.selections(arguments.ids);
  if (!selections) return std::unexpected(selections.error());
  Gathered gathered;
  for (const wire::Selection& which : *selections) {
    auto read = gather(session, which, jobs_shown(arguments), gathered);
    if (!read) return std::unexpected(read.error());
  }
  print(session, arguments, gathered);
  if (gathered.summary.fallbacks > 0) session.out().say(fallbacks_sentence(gathered.summary));
  return Exit::done;
}

struct ListArguments {
  wire::ListRequest request;
  std::vector<std::string> labels;
  std::int64_t limit = 50;
  bool all = false;
};

Result<wire::Labels> labels_of(const std::vector<std::string>& pairs) {
  wire::Labels labels;
  for (const std::string& pair : pairs) {
    auto label = pair_of("--label", pair);
    if (!label) return std::unexpected(std::move(label.error()));
    labels.push_back(std::move(*label));
  }
  return labels;
}

Result<Exit> list(Session& session, const ListArguments& arguments) {
  wire::ListRequest request = arguments.request;
  auto labels = labels_of(arguments.labels);
  if (!labels) return std::unexpected(labels.error());
  request.labels = std::move(*labels);
  if (!request.batch.empty()) {
    auto batch = session.expand(request.batch);
    if (!batch) return std::unexpected(batch.error());
    request.batch = std::move(*batch);
  }
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  request.limit = arguments.all ? wire::kPageMax : std::min(arguments.limit, wire::kPageMax);

  RowWriter rows(session.out(), session.format(), job_columns());
  std::int64_t count = 0;
  bool more = false;
  const auto listed = (*client)->each_job(request, [&](const wire::JobView& job) {
    if (!arguments.all && count == arguments.limit) {
      more = true;
      return false;
    }
    ++count;
    rows.add(wire::to_json(job));
    return !session.out().closed();
  });
  if (!listed) return std::unexpected(listed.error());
  rows.end();
  if (more)
    session.out().say(fmt::format("Only the newest {}; --all shows all.", counted(count, "job")));
  return Exit::done;
}

std::string paused_cell(const Json& paused) {
  std::string text;
  for (const Json& one : paused) {
    const std::string reason = plain_text(member(one, "reason"));
    text += fmt::format("{}{} since {}{}", text.empty() ? "" : ", ",
                        plain_text(member(one, "scope")), time_cell(member(one, "since")),
                        reason.empty() ? "" : fmt::format(" ({})", reason));
  }
  return text;
}

std::vector<Column> stats_columns() {
  return {{.key = "started_at", .title = "running since", .text = time_cell},
          {.key = "paused", .title = "paused", .text = paused_cell},
          {.key = "states.queued", .title = "jobs queued", .text = number_cell},
          {.key = "states.running", .title = "jobs running", .text = number_cell},
          {.key = "states.waiting", .title = "jobs waiting", .text = number_cell},
          {.key = "states.succeeded", .title = "jobs succeeded", .text = number_cell},
          {.key = "states.failed", .title = "jobs failed", .text = number_cell},
          {.key = "states.cancelled", .title = "jobs cancelled", .text = number_cell},
          {.key = "documents", .title = "documents", .text = number_cell},
          {.key = "flagged", .title = "documents flagged", .text = number_cell},
          {.key = "calls", .title = "calls", .text = number_cell},
          {.key = "calls_in_flight", .title = "calls in flight", .text = number_cell},
          {.key = "calls_unknown", .title = "calls of unknown outcome", .text = number_cell},
          {.key = "tokens_in", .title = "tokens in", .text = number_cell},
          {.key = "tokens_out", .title = "tokens out", .text = number_cell},
          {.key = "cost_nusd", .title = "cost", .text = money_cell},
          {.key = "reserved_nusd", .title = "reserved", .text = money_cell},
          {.key = "rejects", .title = "refused messages", .text = number_cell},
          {.key = "database_bytes", .title = "database bytes", .text = number_cell},
          {.key = "no_space", .title = "disk full"}};
}

Result<Exit> stats(Session& session) {
  const auto reply = session.ask(wire::StatsRequest{});
  if (!reply) return std::unexpected(reply.error());
  write_object(session.out(), session.format(), stats_columns(), wire::to_json(*reply));
  return Exit::done;
}

std::vector<Column> ping_columns() {
  return {{.key = "version", .title = "version"},
          {.key = "pid", .title = "process"},
          {.key = "started_at", .title = "running since", .text = time_cell},
          {.key = "state", .title = "state folder"},
          {.key = "database", .title = "database"},
          {.key = "default_pipeline", .title = "default pipeline"},
          {.key = "default_model", .title = "default model", .text = default_model_cell},
          {.key = "endpoints.requests", .title = "requests"},
          {.key = "endpoints.push", .title = "push"},
          {.key = "endpoints.events", .title = "events"}};
}

Result<Exit> ping(Session& session) {
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  write_object(session.out(), session.format(), ping_columns(), wire::to_json((*client)->daemon()));
  return Exit::done;
}

}  // namespace

Verb status_verb() {
  return {"status", "Shows how far batches or jobs are", [](Options& options) -> Action {
            auto arguments = std::make_shared<StatusArguments>();
            options.positionals("ID", arguments->ids, 0, "Batches or jobs; default @last");
            options.number("--limit", "N", arguments->limit, 1, 1'000'000,
                           "Show at most so many jobs (50)");
            options.flag("--all", arguments->all, "Show all jobs");
            options.flag("--summary", arguments->summary, "Show only the sums");
            return [arguments](Session& session) { return status(session, *arguments); };
          }};
}

Verb list_verb() {
  return {"list", "Lists jobs, newest first", [](Options& options) -> Action {
            auto arguments = std::make_shared<ListArguments>();
            wire::ListRequest& request = arguments->request;
            options.list("--state", "STATE", request.states,
                         "queued, running, waiting, succeeded, failed or cancelled");
            options.text("--project", "NAME", request.project, "Only of this project");
            options.text("--tenant", "NAME", request.tenant, "Only of this tenant");
            options.text("--batch", "ID", request.batch, "Only of this batch");
            options.text("--pipeline", "NAME", request.pipeline, "Only through this pipeline");
            options.text("--key", "KEY", request.key, "Only with this key");
            options.text("--path", "PREFIX", request.path_prefix, "Only paths that begin so");
            options.list("--label", "NAME=VALUE", arguments->labels, "Only with this label");
            options.number("--limit", "N", arguments->limit, 1, 1'000'000, "At most so many (50)");
            options.flag("--all", arguments->all, "All of them");
            return [arguments](Session& session) { return list(session, *arguments); };
          }};
}

Verb stats_verb() {
  return {"stats", "Shows the daemon's figures", [](Options&) -> Action { return stats; }};
}

Verb ping_verb() {
  return {"ping", "Says which daemon answers, and where its files are",
          [](Options&) -> Action { return ping; }};
}

}  // namespace docwright::cli
