#include "client/cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "runtime/text.h"

namespace docwright::cli {

struct Options::Parser {
  CLI::App& app;
};

namespace {

std::string owned(std::string_view text) {
  return std::string(text);
}

std::string hint(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return did_you_mean(word, views);
}

// "x: y" instead of the library's wording, with the nearest allowed value.
CLI::Validator one_of(std::vector<std::string> values) {
  return CLI::Validator(
      [values](std::string& given) -> std::string {
        if (std::ranges::find(values, given) != values.end()) return {};
        return fmt::format("'{}' is none of {}{}", given, fmt::join(values, ", "),
                           hint(given, values));
      },
      "");
}

}  // namespace

void Options::flag(std::string_view names, bool& target, std::string_view about) {
  parser_.app.add_flag(owned(names), target, owned(about));
}

void Options::text(std::string_view names, std::string_view placeholder, std::string& target,
                   std::string_view about) {
  parser_.app.add_option(owned(names), target, owned(about))->type_name(owned(placeholder));
}

void Options::text(std::string_view names, std::string_view placeholder,
                   std::optional<std::string>& target, std::string_view about) {
  parser_.app
      .add_option_function<std::string>(
          owned(names), [&target](const std::string& value) { target = value; }, owned(about))
      ->type_name(owned(placeholder));
}

void Options::required_text(std::string_view names, std::string_view placeholder,
                            std::string& target, std::string_view about) {
  parser_.app.add_option(owned(names), target, owned(about))
      ->type_name(owned(placeholder))
      ->required();
}

void Options::number(std::string_view names, std::string_view placeholder, std::int64_t& target,
                     std::int64_t least, std::int64_t most, std::string_view about) {
  parser_.app.add_option(owned(names), target, owned(about))
      ->type_name(owned(placeholder))
      ->check(CLI::Validator(
          [least, most](std::string& given) -> std::string {
            std::int64_t value = 0;
            const bool number = CLI::detail::lexical_cast(given, value);
            if (number && value >= least && value <= most) return {};
            return fmt::format("'{}' is not a whole number from {} to {}", given, least, most);
          },
          ""));
}

void Options::list(std::string_view names, std::string_view placeholder,
                   std::vector<std::string>& target, std::string_view about) {
  parser_.app.add_option(owned(names), target, owned(about))
      ->type_name(owned(placeholder))
      ->allow_extra_args(false);
}

void Options::choice(std::string_view names, std::string& target, std::vector<std::string> values,
                     std::string_view about) {
  const std::string placeholder = fmt::format("{}", fmt::join(values, "|"));
  parser_.app.add_option(owned(names), target, owned(about))
      ->type_name(placeholder)
      ->check(one_of(std::move(values)));
}

void Options::positional(std::string_view placeholder, std::string& target,
                         std::string_view about) {
  parser_.app.add_option(owned(placeholder), target, owned(about))->required()->type_name("");
}

void Options::optional_positional(std::string_view placeholder, std::string& target,
                                  std::string_view about) {
  parser_.app.add_option(owned(placeholder), target, owned(about))->type_name("");
}

void Options::choice_positional(std::string_view placeholder, std::string& target,
                                std::vector<std::string> values, std::string_view about) {
  parser_.app.add_option(owned(placeholder), target, owned(about))
      ->required()
      ->type_name("")
      ->check(one_of(std::move(values)));
}

void Options::positionals(std::string_view placeholder, std::vector<std::string>& target, int least,
                          std::string_view about) {
  auto* option = parser_.app.add_option(owned(placeholder), target, owned(about))->type_name("");
  if (least > 0) option->required();
}

void Options::footer(std::string_view text) {
  parser_.app.footer(owned(text));
}

namespace {

constexpr const char* kProgram = "docwright";

void add_common(CLI::App& app, CommonOptions& common) {
  Options::Parser parser{app};
  Options options(parser);
  options.text("--endpoint", "ADDRESS", common.endpoint,
               "The daemon's address: ipc://…, tcp://… or a socket's path");
  options.text("--state", "DIR", common.state,
               "The daemon's state folder (its socket and database)");
  options.choice("-o,--output", common.output, {"table", "json", "jsonl", "csv"},
                 "How data is written");
  options.flag("--json", common.json, "The same as -o json");
  options.flag("-q,--quiet", common.quiet, "No words on stderr but errors");
  options.flag("--no-color", common.no_color, "No colours (also NO_COLOR)");
}

// The App of the verb, inside its group's where the name has two words.
CLI::App& add_verb_app(CLI::App& root, const Verb& verb, std::span<const Group> groups) {
  const auto space = verb.name.find(' ');
  if (space == std::string_view::npos)
    return *root.add_subcommand(owned(verb.name), owned(verb.about))->group("Verbs");
  const std::string_view group_name = verb.name.substr(0, space);
  const auto existing = root.get_subcommands(
      [group_name](const CLI::App* app) { return app->get_name() == group_name; });
  CLI::App* group = existing.empty() ? nullptr : existing.front();
  if (group == nullptr) {
    const auto found = std::ranges::find(groups, group_name, &Group::name);
    group =
        root.add_subcommand(owned(group_name), found == groups.end() ? "" : owned(found->about));
    group->require_subcommand(1)->group("Verbs");
  }
  return *group->add_subcommand(owned(verb.name.substr(space + 1)), owned(verb.about));
}

const CLI::App& deepest_parsed(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest_parsed(*parsed.front());
}

void add_option_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  if (app.get_parent() != nullptr) add_option_names(*app.get_parent(), names);
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> verbs_below(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

Ended usage_error(const CLI::App& app, std::string_view reason) {
  return {.err = fmt::format("{}: {}\nTry '{} --help'.\n", kProgram, reason, full_name(app)),
          .exit = Exit::usage};
}

// What the parser could not place: a verb or an option that does not exist, or a word too many.
std::string explain_extra(const CLI::App& root, const std::string& extra) {
  const CLI::App& app = deepest_parsed(root);
  if (extra.starts_with("-")) {
    std::vector<std::string> options;
    add_option_names(app, options);
    const std::string word = extra.substr(0, extra.find('='));
    return fmt::format("unknown option '{}'{}", word, hint(word, options));
  }
  const std::vector<std::string> verbs = verbs_below(app);
  if (verbs.empty()) return fmt::format("'{}' is one word too many", extra);
  return fmt::format("unknown verb '{}'{}", extra, hint(extra, verbs));
}

Ended explain(const CLI::App& root, const CLI::ParseError& error) {
  const CLI::App& app = deepest_parsed(root);
  if (dynamic_cast<const CLI::Success*>(&error) != nullptr) {
    return {.out = app.help(app.get_parent() ? full_name(*app.get_parent()) : "",
                            CLI::AppFormatMode::Normal)};
  }
  if (const auto extras = root.remaining(true); !extras.empty())
    return usage_error(app, explain_extra(root, extras.front()));
  const std::vector<std::string> verbs = verbs_below(app);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !verbs.empty())
    return usage_error(app, fmt::format("a verb is missing: {}", fmt::join(verbs, ", ")));
  return usage_error(app, error.what());
}

// `help`, `help VERB`, `help GROUP VERB`: what --help says there.
Ended help_on(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  for (const std::string& word : words) {
    const auto verbs =
        app->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    if (verbs.empty()) {
      return usage_error(*app,
                         fmt::format("unknown verb '{}'{}", word, hint(word, verbs_below(*app))));
    }
    app = verbs.front();
  }
  return {.out = root.get_formatter()->make_help(app, full_name(*app), CLI::AppFormatMode::Normal)};
}

}  // namespace

std::variant<Parsed, Ended> parse(std::vector<std::string> arguments, std::span<const Verb> verbs,
                                  std::span<const Group> groups) {
  CLI::App root("Documents code bases with language models, through the docwrightd daemon.",
                kProgram);
  root.get_formatter()->column_width(30);
  root.get_formatter()->label("SUBCOMMAND", "VERB");
  root.require_subcommand(1);
  root.fallthrough();
  Parsed parsed;
  add_common(root, parsed.common);

  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Verb& verb : verbs) {
    CLI::App& app = add_verb_app(root, verb, groups);
    Options::Parser parser{app};
    Options options(parser);
    actions.emplace_back(&app, verb.define(options));
  }
  std::vector<std::string> help_words;
  CLI::App& help = *root.add_subcommand("help", "Explains a verb; without one, lists them all");
  help.group("Verbs");
  help.add_option("VERB", help_words)->expected(0, 2)->type_name("");
  // Set last: verbs that are added afterwards would inherit it.
  root.footer("'docwright help VERB' explains one verb. Data goes to stdout, words to stderr.");
  try {
    std::ranges::reverse(arguments);  // the library takes them from the back
    root.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return explain(root, error);
  }
  if (help.parsed()) return help_on(root, help_words);
  if (parsed.common.json) parsed.common.output = "json";
  for (auto& [app, action] : actions) {
    if (app->parsed()) parsed.action = std::move(action);
  }
  return parsed;
}

}  // namespace docwright::cli
