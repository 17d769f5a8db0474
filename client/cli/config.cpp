// config check, show: the settings that a daemon started the same way would have. No daemon is
// asked.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/verbs.h"
#include "config/load.h"
#include "pipeline/configured.h"

namespace docwright::cli {
namespace {

struct ConfigArguments {
  std::optional<std::string> file;
  bool origin = false;
};

// Every error on a line of its own, its place first, as compilers do. One that is several has the
// place of each in its lines.
Exit complain(Session& session, const config::Errors& errors) {
  for (const Error& error : errors) {
    const bool bare = error.at.empty() || error.message.contains('\n');
    session.out().insist(bare ? error.message : fmt::format("{}: {}", error.at, error.message));
  }
  return Exit::configuration;
}

Result<Exit> check(Session& session, const ConfigArguments& arguments) {
  const auto loaded = session.configuration(arguments.file);
  if (!loaded) return complain(session, loaded.error());
  const auto configured = pipeline::configured(*loaded);
  if (!configured) return complain(session, configured.error());
  for (const std::string& old : (*configured)->models.old_prices(SystemClock().now()))
    session.out().insist(old);
  session.out().say(loaded->file.empty()
                        ? "No configuration file; the defaults and the environment are fine."
                        : fmt::format("{} is fine.", loaded->file));
  return Exit::done;
}

Result<Exit> show(Session& session, const ConfigArguments& arguments) {
  const auto loaded = session.configuration(arguments.file);
  if (!loaded) return complain(session, loaded.error());
  const Json json = arguments.origin ? config::show_origins(*loaded) : config::show(*loaded);
  switch (session.format()) {
    case Format::table:
      session.out().data(config::show_text(*loaded, arguments.origin));
      break;
    case Format::json:
      write_object(session.out(), Format::json, {}, json);
      break;
    case Format::jsonl:
    case Format::csv: {
      RowWriter rows(session.out(), session.format(),
                     {{.key = "name"}, {.key = "value"}, {.key = "origin"}});
      const Json origins = config::show_origins(*loaded);
      for (const auto& [name, value] : origins.items()) {
        rows.add(Json{{"name", name},
                      {"value", member(value, "value")},
                      {"origin", member(value, "origin")}});
      }
      rows.end();
    }
  }
  return Exit::done;
}

}  // namespace

Verb config_check_verb() {
  return {"config check", "Checks the configuration; exit code 78 with every error and its place",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ConfigArguments>();
            options.text("--config", "FILE", arguments->file,
                         "Instead of the daemon's docwright.yaml");
            return [arguments](Session& session) { return check(session, *arguments); };
          }};
}

Verb config_show_verb() {
  return {
      "config show", "Shows every setting; secrets as references", [](Options& options) -> Action {
        auto arguments = std::make_shared<ConfigArguments>();
        options.text("--config", "FILE", arguments->file, "Instead of the daemon's docwright.yaml");
        options.flag("--origin", arguments->origin,
                     "With each value's file and line, variable, or default");
        return [arguments](Session& session) { return show(session, *arguments); };
      }};
}

}  // namespace docwright::cli
