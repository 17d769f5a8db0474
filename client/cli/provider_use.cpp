// provider use: chooses the default model, which answers calls that name none.
#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

struct UseArguments {
  std::string name;
  bool configured = false;
};

std::vector<Column> default_columns() {
  return {{.key = "name", .title = "default model"},
          {.key = "configured", .title = "configured"},
          {.key = "since", .title = "chosen", .text = time_cell},
          {.key = "chosen_by", .title = "chosen by"}};
}

Result<Exit> use(Session& session, const UseArguments& arguments) {
  if (arguments.configured != arguments.name.empty()) {
    return fail(Code::invalid_request,
                "name the default model: a provider, a model or a route; or say --configured");
  }
  const auto reply =
      session.ask(wire::ProviderRequest{.action = arguments.configured ? "reset" : "use",
                                        .name = arguments.name,
                                        .by = session.environment().value("USER")});
  if (!reply) return std::unexpected(reply.error());
  write_object(session.out(), session.format(), default_columns(),
               wire::to_json(*reply)["default_model"]);
  session.out().say("Questions that name no model go there from now on, also after a restart.");
  for (const std::string& warning : reply->warnings) session.out().insist(warning);
  return Exit::done;
}

}  // namespace

Verb provider_use_verb() {
  return {
      "provider use", "Chooses the default model, for calls that name none, while the daemon runs",
      [](Options& options) -> Action {
        auto arguments = std::make_shared<UseArguments>();
        options.optional_positional("NAME", arguments->name,
                                    "A provider (its default model), a model or a route");
        options.flag("--configured", arguments->configured, "What the configuration says, again");
        return [arguments](Session& session) { return use(session, *arguments); };
      }};
}

}  // namespace docwright::cli
