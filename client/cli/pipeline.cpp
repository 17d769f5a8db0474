// pipeline list, lint, explain. Lint and explain need no daemon.
#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "client/cli/own_catalogue.h"
#include "client/cli/session.h"
#include "client/cli/verbs.h"
#include "client/pipeline_file.h"
#include "client/source_files.h"
#include "pipeline/call/options.h"
#include "pipeline/registry.h"

namespace docwright::cli {
namespace {

constexpr std::size_t kPipelineBytesMax = std::size_t{1} << 20;

std::vector<Column> pipeline_columns() {
  const auto steps = [](const Json& list) {
    std::vector<std::string> names;
    for (const Json& step : list) names.push_back(plain_text(member(step, "name")));
    return fmt::format("{}", fmt::join(names, " "));
  };
  return {{.key = "name", .title = "PIPELINE"},
          {.key = "default",
           .title = "DEFAULT",
           .text = [](const Json& is) { return is == true ? "default" : ""; }},
          {.key = "paused",
           .title = "PAUSED",
           .text = [](const Json& is) { return is == true ? "paused" : ""; }},
          {.key = "model", .title = "MODEL"},
          {.key = "steps", .title = "STEPS", .cut = Column::Cut::end, .text = steps},
          {.key = "description", .title = "DESCRIPTION", .cut = Column::Cut::end}};
}

Result<Exit> list(Session& session) {
  const auto reply = session.ask(wire::PipelinesRequest{});
  if (!reply) return std::unexpected(reply.error());
  write_rows(session.out(), session.format(), pipeline_columns(),
             wire::to_json(*reply)["pipelines"]);
  return Exit::done;
}

struct LintArguments {
  std::vector<std::string> files;
  std::optional<std::string> config;
};

// The prompts beside the file go before those of the configuration, as in a submit.
Result<pipeline::Surroundings> surroundings_of(const std::string& file, const std::string& text,
                                               const pipeline::Configured& configured) {
  auto beside = client::prompts_beside(file, text);
  if (!beside) return std::unexpected(std::move(beside.error()));
  std::vector<pipeline::OwnPrompt> prompts;
  for (wire::SentPrompt& prompt : *beside)
    prompts.push_back({prompt.name, {prompt.file, std::move(prompt.text)}});
  return configured.surroundings(std::move(prompts));
}

void say_what_retires(Output& out, const std::string& file, const pipeline::Pipeline& linted,
                      const pipeline::Configured& known, Time now) {
  for (const pipeline::Route& route : pipeline::routes_of(linted, known.models, known.routes)) {
    for (const pipeline::Target& target : route.targets) {
      const providers::Model* model = known.models.find(target.model);
      if (model != nullptr && model->retires)
        out.insist(fmt::format("{}: {}", file, model->retirement(now)));
    }
  }
}

// What is wrong with one file becomes rows.
Result<Exit> lint_file(Output& out, const std::string& file, const pipeline::Configured& known,
                       Time now, RowWriter& rows) {
  auto text = client::read_file(file, kPipelineBytesMax);
  if (!text) {
    rows.add(Json{{"at", file}, {"message", text.error().message}});
    return Exit::usage;
  }
  auto surroundings = surroundings_of(file, *text, known);
  if (!surroundings) return std::unexpected(surroundings.error());
  surroundings->now = now;
  const auto linted = pipeline::parse_pipeline({file, std::move(*text)}, *surroundings);
  if (!linted) {
    for (const Error& error : linted.error())
      rows.add(Json{{"at", error.at}, {"message", error.message}});
    return Exit::configuration;
  }
  say_what_retires(out, file, **linted, known, now);
  out.say(fmt::format("{}: pipeline {} is fine.", file, (*linted)->name()));
  return Exit::done;
}

// The first file that is wrong decides the exit code.
Result<Exit> lint(Session& session, const LintArguments& arguments) {
  const auto catalogue = OwnCatalogue::load(session, arguments.config);
  if (!catalogue) return std::unexpected(catalogue.error());
  const Time now = SystemClock().now();
  RowWriter rows(session.out(), session.format(),
                 {{.key = "at", .title = "AT"}, {.key = "message", .title = "MESSAGE"}});
  Exit exit = Exit::done;
  for (const std::string& file : arguments.files) {
    const auto linted = lint_file(session.out(), file, (*catalogue)->known(), now, rows);
    if (!linted) return linted;
    if (exit == Exit::done) exit = *linted;
  }
  rows.end();
  return exit;
}

Result<Exit> explain(Session& session, const std::string& step) {
  const auto steps = pipeline::all_steps();
  if (step.empty()) {
    for (const std::string_view name : steps.names()) session.out().data(fmt::format("{}\n", name));
    return Exit::done;
  }
  const auto text = pipeline::explain(steps, step);
  if (!text) return std::unexpected(text.error());
  session.out().data(*text);
  return Exit::done;
}

}  // namespace

Verb pipeline_list_verb() {
  return {"pipeline list", "Lists the daemon's pipelines", [](Options&) -> Action { return list; }};
}

Verb pipeline_lint_verb() {
  return {"pipeline lint", "Checks pipeline files; every error with line and column",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<LintArguments>();
            options.positionals("FILE", arguments->files, 1, "Pipelines in YAML");
            options.text("--config", "FILE", arguments->config,
                         "The configuration whose prompts and models count");
            return [arguments](Session& session) { return lint(session, *arguments); };
          }};
}

Verb pipeline_explain_verb() {
  return {"pipeline explain", "Explains a step: what it does, its options and their defaults",
          [](Options& options) -> Action {
            auto step = std::make_shared<std::string>();
            options.optional_positional("STEP", *step, "Default: the names of all steps");
            return [step](Session& session) { return explain(session, *step); };
          }};
}

}  // namespace docwright::cli
