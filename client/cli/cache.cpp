// cache show, clear: recorded answers that other jobs may use.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/values.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

struct CacheArguments {
  std::string by = "model", model;
  std::optional<std::string> older_than;
  bool yes = false;
};

std::vector<Column> group_columns() {
  return {{.key = "name", .title = "NAME"},
          number_column("answers", "ANSWERS"),
          money_column("cost_nusd", "COST"),
          {.key = "oldest", .title = "OLDEST", .text = time_cell},
          {.key = "newest", .title = "NEWEST", .text = time_cell},
          number_column("hits", "HITS"),
          money_column("saved_nusd", "SAVED")};
}

Result<Exit> show(Session& session, const CacheArguments& arguments) {
  const auto reply = session.ask(wire::CacheRequest{.by = arguments.by});
  if (!reply) return std::unexpected(reply.error());
  write_rows(session.out(), session.format(), group_columns(), wire::to_json(*reply)["groups"]);
  if (reply->groups.empty()) session.out().say("No answer serves other jobs yet.");
  return Exit::done;
}

Result<Exit> clear(Session& session, const CacheArguments& arguments) {
  wire::CacheRequest request{.action = "clear", .model = arguments.model};
  if (arguments.older_than) {
    const auto age = duration_of("--older-than", *arguments.older_than);
    if (!age) return std::unexpected(age.error());
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
  const auto reply = session.ask(request);
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
