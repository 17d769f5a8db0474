// cancel, retry, pause, resume: what changes the course of jobs.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "tokens/money.h"

namespace docwright::cli {
namespace {

struct ChangeArguments {
  std::vector<std::string> ids;
  bool yes = false;
  bool all = false, now = false;  // of cancel
  bool failed = false;            // of retry
};

std::vector<Column> changed_columns() {
  return {{.key = "id", .title = "JOB"},
          {.key = "state", .title = "STATE"},
          {.key = "changed", .title = "CHANGED"}};
}

std::string_view cancelled(bool now) {
  return now ? "cancelled; calls in flight that no other job waits for are cut, and charged at "
               "their bounds"
             : "cancelled; calls in flight end by themselves";
}

// Sends the request for every selection; jobs that changed are the data.
template <class Request>
Result<Exit> change(Session& session, const std::vector<wire::Selection>& selections,
                    Request request, std::string_view done) {
  std::int64_t changed = 0;
  Json jobs = Json::array();
  for (const wire::Selection& which : selections) {
    static_cast<wire::Selection&>(request) = which;
    const auto reply = session.ask(request);
    if (!reply) return std::unexpected(reply.error());
    changed += reply->changed;
    for (const wire::ChangedJob& job : reply->jobs) jobs.push_back(wire::to_json(job));
  }
  if (session.format_given()) write_rows(session.out(), session.format(), changed_columns(), jobs);
  session.out().say(fmt::format("{} {}.", counted(changed, "job"), done));
  return Exit::done;
}

// What the daemon cancels at once is bounded: until nothing is left.
Result<Exit> cancel_all(Session& session, bool now) {
  RowWriter rows(session.out(), session.format(), changed_columns());
  std::int64_t changed = 0;
  while (true) {
    const auto reply = session.ask(wire::CancelRequest{.all = true, .now = now});
    if (!reply) return std::unexpected(reply.error());
    if (reply->changed == 0) break;
    changed += reply->changed;
    if (!session.format_given()) continue;
    for (const wire::ChangedJob& job : reply->jobs) rows.add(wire::to_json(job));
  }
  if (session.format_given()) rows.end();
  session.out().say(fmt::format("{} {}.", counted(changed, "job"), cancelled(now)));
  return Exit::done;
}

Result<Exit> cancel(Session& session, const ChangeArguments& arguments) {
  if (arguments.all != arguments.ids.empty()) {
    return fail(Code::invalid_request,
                arguments.all ? "--all is every job: name no others beside it"
                              : "what is to be cancelled? Name batches or jobs, or say --all");
  }
  std::vector<wire::Selection> selections;
  std::string named;
  if (!arguments.all) {
    auto found = session.selections(arguments.ids);
    if (!found) return std::unexpected(found.error());
    selections = std::move(*found);
    for (const std::string& id : arguments.ids) named += (named.empty() ? "" : ", ") + id;
  }
  const auto sure = session.confirm(
      arguments.all
          ? std::string("Cancel every job that has not ended, of all batches and tenants?")
          : fmt::format("Cancel what has not ended of {}?", named),
      arguments.yes);
  if (!sure) return std::unexpected(sure.error());
  if (!*sure) {
    session.out().say("Nothing was cancelled.");
    return Exit::refused;
  }
  if (arguments.all) return cancel_all(session, arguments.now);
  return change(session, selections, wire::CancelRequest{.now = arguments.now},
                cancelled(arguments.now));
}

Result<Exit> retry(Session& session, const ChangeArguments& arguments) {
  const auto selections = session.selections(arguments.ids);
  if (!selections) return std::unexpected(selections.error());
  wire::RetryRequest request;
  request.failed = arguments.failed;
  return change(session, *selections, request, "queued again; what is stored stays");
}

struct PauseArguments {
  std::string pipeline, reason;
};

std::vector<Column> pause_columns() {
  return {{.key = "scope", .title = "PAUSED"},
          {.key = "since", .title = "SINCE", .text = time_cell},
          {.key = "reason", .title = "REASON", .cut = Column::Cut::end}};
}

template <class Request>
Result<Exit> pause_or_resume(Session& session, const Request& request) {
  const auto reply = session.ask(request);
  if (!reply) return std::unexpected(reply.error());
  const Json json = wire::to_json(*reply);
  if (session.format() == Format::json) {
    write_object(session.out(), Format::json, {}, json);
  } else {
    write_rows(session.out(), session.format(), pause_columns(), json["paused"]);
  }
  if (reply->paused.empty()) {
    session.out().say("Nothing is paused.");
  } else {
    session.out().say(
        fmt::format("{} calls are in flight and can still cost {}; {} jobs are running.",
                    reply->calls_in_flight, money_text(reply->bound_nusd), reply->jobs_running));
  }
  return Exit::done;
}

}  // namespace

Verb cancel_verb() {
  return {"cancel", "Cancels what has not ended of batches or jobs",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ChangeArguments>();
            options.positionals("ID", arguments->ids, 0, "Batches or jobs");
            options.flag("--all", arguments->all, "Every job that has not ended");
            options.flag("--now", arguments->now,
                         "Cut the calls in flight: what they cost is not known then");
            options.flag("-y,--yes", arguments->yes, "Do not ask");
            return [arguments](Session& session) { return cancel(session, *arguments); };
          }};
}

Verb retry_verb() {
  return {"retry",
          "Queues failed and cancelled jobs again, and documents that stand in for a model's; only "
          "what is missing is done",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ChangeArguments>();
            options.positionals("ID", arguments->ids, 1, "Batches or jobs");
            options.flag("--failed", arguments->failed, "Leave cancelled jobs alone");
            return [arguments](Session& session) { return retry(session, *arguments); };
          }};
}

Verb pause_verb() {
  return {"pause", "Lets no new call begin, also after a restart, until resume",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<PauseArguments>();
            options.optional_positional("PIPELINE", arguments->pipeline,
                                        "Only this pipeline; default: everything");
            options.text("--reason", "TEXT", arguments->reason,
                         "Shown by stats and to whoever waits");
            return [arguments](Session& session) {
              return pause_or_resume(session, wire::PauseRequest{.pipeline = arguments->pipeline,
                                                                 .reason = arguments->reason});
            };
          }};
}

Verb resume_verb() {
  return {"resume", "Lets calls begin again", [](Options& options) -> Action {
            auto arguments = std::make_shared<PauseArguments>();
            options.optional_positional("PIPELINE", arguments->pipeline,
                                        "Only this pipeline; default: everything");
            return [arguments](Session& session) {
              return pause_or_resume(session, wire::ResumeRequest{.pipeline = arguments->pipeline});
            };
          }};
}

}  // namespace docwright::cli
