#include "client/cli/options.h"

#include <gmock/gmock.h>

#include "client/cli/session.h"

namespace docwright::cli {
namespace {

using testing::HasSubstr;

struct Given {
  std::vector<std::string> paths, labels;
  std::string project, format = "markdown";
  std::optional<std::string> delay;
  std::int64_t priority = 0;
  bool fresh = false;
};

class CommandLine : public testing::Test {
 protected:
  std::vector<Verb> verbs() {
    return {
        {"submit", "Submits.",
         [this](Options& options) -> Action {
           options.positionals("PATH", given.paths, 0, "Files");
           options.text("--project", "NAME", given.project, "Project");
           options.text("--delay", "DURATION", given.delay, "Delay");
           options.list("--label", "K=V", given.labels, "Label");
           options.number("--priority", "N", given.priority, -100, 100, "Priority");
           options.flag("--fresh", given.fresh, "Fresh");
           options.choice("--format", given.format, {"markdown", "json"}, "Format");
           return [](Session&) -> Result<Exit> { return Exit::done; };
         }},
        {"list", "Lists.",
         [](Options&) -> Action { return [](Session&) -> Result<Exit> { return Exit::failed; }; }},
        {"pipeline lint", "Lints.",
         [this](Options& options) -> Action {
           options.positionals("FILE", given.paths, 1, "Files");
           return [](Session&) -> Result<Exit> { return Exit::configuration; };
         }},
        {"pipeline list", "Lists.",
         [](Options&) -> Action { return [](Session&) -> Result<Exit> { return Exit::done; }; }}};
  }
  std::variant<Parsed, Ended> parse(std::vector<std::string> arguments) {
    const std::vector<Group> groups{{"pipeline", "Pipelines"}};
    return cli::parse(std::move(arguments), verbs(), groups);
  }
  CommonOptions common(std::vector<std::string> arguments) {
    return std::get<Parsed>(parse(std::move(arguments))).common;
  }
  Ended ended(std::vector<std::string> arguments) {
    return std::get<Ended>(parse(std::move(arguments)));
  }

  Given given;
};

TEST_F(CommandLine, BindsOptionsToTheirVariables) {
  ASSERT_TRUE(std::holds_alternative<Parsed>(
      parse({"submit", "--label", "a=b", "src", "--label", "c=d", "--priority", "-5", "--delay",
             "10s", "-", "--fresh"})));
  EXPECT_THAT(given.paths, testing::ElementsAre("src", "-"));
  EXPECT_THAT(given.labels, testing::ElementsAre("a=b", "c=d"));
  EXPECT_EQ(given.priority, -5);
  EXPECT_EQ(given.delay, "10s");
  EXPECT_TRUE(given.fresh);
}

TEST_F(CommandLine, TakesCommonOptionsBeforeAndAfterTheVerb) {
  EXPECT_EQ(common({"--endpoint", "ipc://x", "list"}).endpoint, "ipc://x");
  EXPECT_EQ(common({"list", "--endpoint", "ipc://x"}).endpoint, "ipc://x");
  EXPECT_EQ(common({"list", "-o", "csv"}).output, "csv");
  EXPECT_EQ(common({"list", "--json"}).output, "json");
  EXPECT_EQ(common({"pipeline", "list", "--json"}).output, "json");
  EXPECT_EQ(common({"list"}).output, "");
}

TEST_F(CommandLine, APathThatIsCalledLikeAVerbIsAPath) {
  ASSERT_TRUE(std::holds_alternative<Parsed>(parse({"submit", "list", "pipeline"})));
  EXPECT_THAT(given.paths, testing::ElementsAre("list", "pipeline"));
}

TEST_F(CommandLine, NamesTheNearestVerb) {
  const Ended wrong = ended({"sumbit", "x"});
  EXPECT_EQ(wrong.exit, Exit::usage);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr("unknown verb 'sumbit' (did you mean 'submit'?)"));
  EXPECT_THAT(ended({"pipeline", "lnit"}).err,
              HasSubstr("unknown verb 'lnit' (did you mean 'lint'?)"));
}

TEST_F(CommandLine, NamesTheNearestOption) {
  EXPECT_THAT(ended({"submit", "--projet", "x", "a"}).err,
              HasSubstr("unknown option '--projet' (did you mean '--project'?)"));
  EXPECT_THAT(ended({"submit", "--projet=x"}).err,
              HasSubstr("unknown option '--projet' (did you mean '--project'?)"));
  EXPECT_THAT(ended({"list", "--outptu", "json"}).err, HasSubstr("did you mean '--output'?"));
}

TEST_F(CommandLine, RefusesWhatDoesNotFit) {
  EXPECT_THAT(ended({}).err, HasSubstr("a verb is missing"));
  EXPECT_THAT(ended({"pipeline"}).err, HasSubstr("a verb is missing: lint, list"));
  EXPECT_THAT(ended({"list", "extra"}).err, HasSubstr("'extra' is one word too many"));
  EXPECT_THAT(ended({"submit", "--priority", "101"}).err,
              HasSubstr("'101' is not a whole number from -100 to 100"));
  EXPECT_THAT(ended({"submit", "--priority", "high"}).err, HasSubstr("not a whole number"));
  EXPECT_THAT(ended({"submit", "--format", "jsno"}).err,
              HasSubstr("'jsno' is none of markdown, json (did you mean 'json'?)"));
  EXPECT_THAT(ended({"list", "-o", "xml"}).err,
              HasSubstr("'xml' is none of table, json, jsonl, csv"));
  EXPECT_EQ(ended({"pipeline", "lint"}).exit, Exit::usage);
  EXPECT_EQ(ended({"submit", "--project"}).exit, Exit::usage);
}

TEST_F(CommandLine, HelpIsDataAndSuccess) {
  for (std::vector<std::string> arguments :
       {std::vector<std::string>{"--help"}, {"submit", "--help"}, {"pipeline", "--help"}}) {
    const Ended help = ended(arguments);
    EXPECT_EQ(help.exit, Exit::done);
    EXPECT_EQ(help.err, "");
    EXPECT_NE(help.out, "");
  }
  EXPECT_THAT(ended({"submit", "--help"}).out, HasSubstr("--priority"));
}

TEST_F(CommandLine, HelpIsAVerbToo) {
  EXPECT_EQ(ended({"help"}).out, ended({"--help"}).out);
  EXPECT_EQ(ended({"--state", "/x", "help"}).out, ended({"--help"}).out);
  EXPECT_EQ(ended({"help", "submit"}).out, ended({"submit", "--help"}).out);
  EXPECT_EQ(ended({"help", "pipeline", "lint"}).out, ended({"pipeline", "lint", "--help"}).out);
  EXPECT_EQ(ended({"help"}).exit, Exit::done);
  EXPECT_THAT(ended({"help", "sumbit"}).err,
              HasSubstr("unknown verb 'sumbit' (did you mean 'submit'?)"));
  EXPECT_EQ(ended({"help", "sumbit"}).exit, Exit::usage);
}

TEST_F(CommandLine, TheActionIsTheVerbs) {
  auto parsed = parse({"pipeline", "lint", "x.yaml"});
  Output output(-1, -1, {}, {}, true);
  Session session({}, config::Environment{}, output);
  EXPECT_EQ(std::get<Parsed>(parsed).action(session), Exit::configuration);
}

}  // namespace
}  // namespace docwright::cli
