// cache show, clear: answers that serve other jobs than their own.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

struct CacheArguments {
  std::string by = "model", model;
  std::optional<std::string> older_than;
  bool yes = false;
};

std::vector<Column> group_columns() {
  const auto right = [](std::string key, std::string title, std::string (*text)(const Json&)) {
    return Column{.key = std::move(key),
                  .title = std::move(title),
                  .align = Column::Align::right,
                  .text = text};
  };
  return {{.key = "name", .title = "NAME"},
          right("answers", "ANSWERS", number_cell),
          right("cost_nusd", "COST", money_cell),
          {.key = "oldest", .title = "OLDEST", .text = time_cell},
          {.key = "newest", .title = "NEWEST", .text = time_cell},
          right("hits", "HITS", number_cell),
          right("saved_nusd", "SAVED", money_cell)};
}

Result<wire::CacheReply> ask(Session& session, const wire::CacheRequest& request) {
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  return (*client)->ask(request);
}

Result<Exit> show(Session& session, const CacheArguments& arguments) {
  const auto reply = ask(session, {.by = arguments.by});
  if (!reply) return std::unexpected(reply.error());
  write_rows(session.out(), session.format(), group_columns(), wire::to_json(*reply)["groups"]);
  if (reply->groups.empty()) session.out().say("No answer serves other jobs yet.");
  return Exit::done;
}

Result<Exit> clear(Session& session, const CacheArguments& arguments) {
  wire::CacheRequest request{.action = "clear", .model = arguments.model};
  if (arguments.older_than) {
    const auto age = parse_duration(*arguments.older_than);
    if (!age)
      return fail(
          Code::invalid_request,
          fmt::format("--older-than '{}': expected an age, as 7d or 12h", *arguments.older_than));
    request.older_than = *age;
  }
  const std::string whose =
      request.model.empty() ? "all recorded answers" : "the recorded answers of " + request.model;
  const auto sure = session.confirm(
      fmt::format("Serve {}{} to no other job any more? They would be paid again.", whose,
                  arguments.older_than ? " older than " + *arguments.older_than : ""),
      arguments.yes);
  if (!sure) return std::unexpected(sure.error());
  if (!*sure) {
    session.out().say("Nothing was cleared.");
    return Exit::refused;
  }
  const auto reply = ask(session, request);
  if (!reply) return std::unexpected(reply.error());
  if (session.format_given())
    write_object(session.out(), session.format(), {{.key = "cleared", .title = "cleared"}},
                 Json{{"cleared", reply->cleared}});
  session.out().say(fmt::format("{} recorded answer{} from now on only {} own job{}.",
                                reply->cleared, reply->cleared == 1 ? " serves" : "s serve",
                                reply->cleared == 1 ? "its" : "their",
                                reply->cleared == 1 ? "" : "s"));
  return Exit::done;
}

}  // namespace

Verb cache_show_verb() {
  return {"cache show", "Shows which answers serve other jobs, and what that has saved",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<CacheArguments>();
            options.text("--by", "WHAT", arguments->by,
                         "model (default), provider, tenant, project or pipeline");
            return [arguments](Session& session) { return show(session, *arguments); };
          }};
}

Verb cache_clear_verb() {
  return {"cache clear", "Lets recorded answers serve no other job any more",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<CacheArguments>();
            options.text("--model", "MODEL", arguments->model, "Only answers of this model");
            options.text("--older-than", "AGE", arguments->older_than,
                         "Only answers older than this: 7d, 12h");
            options.flag("-y,--yes", arguments->yes, "Do not ask");
            return [arguments](Session& session) { return clear(session, *arguments); };
          }};
}

}  // namespace docwright::cli
