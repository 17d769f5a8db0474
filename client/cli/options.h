// The command line as data: verbs bind their options to variables and return what is to be done.
//
// The library that parses (CLI11) is seen by options.cpp alone. Errors name what was written and
// the nearest thing that exists.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/cli/exit.h"
#include "runtime/error.h"

namespace docwright::cli {

class Session;

// Hands options of one verb to the parser. Targets must outlive the parse; their values before it
// are the defaults. Names are written as "-o,--output" or "--output".
class Options final {
 public:
  struct Parser;
  explicit Options(Parser& parser) : parser_(parser) {}

  void flag(std::string_view names, bool& target, std::string_view about);
  void text(std::string_view names, std::string_view placeholder, std::string& target,
            std::string_view about);
  void text(std::string_view names, std::string_view placeholder,
            std::optional<std::string>& target, std::string_view about);
  void required_text(std::string_view names, std::string_view placeholder, std::string& target,
                     std::string_view about);
  void number(std::string_view names, std::string_view placeholder, std::int64_t& target,
              std::int64_t least, std::int64_t most, std::string_view about);
  // Repeatable: --label a=b --label c=d.
  void list(std::string_view names, std::string_view placeholder, std::vector<std::string>& target,
            std::string_view about);
  void choice(std::string_view names, std::string& target, std::vector<std::string> values,
              std::string_view about);

  void positional(std::string_view placeholder, std::string& target,
                  std::string_view about);  // required
  void optional_positional(std::string_view placeholder, std::string& target,
                           std::string_view about);
  void choice_positional(std::string_view placeholder, std::string& target,
                         std::vector<std::string> values,
                         std::string_view about);  // required
  // One or more; `least` 0 makes them optional.
  void positionals(std::string_view placeholder, std::vector<std::string>& target, int least,
                   std::string_view about);

  // Shown below the options in the verb's help.
  void footer(std::string_view text);

 private:
  Parser& parser_;
};

// What a verb does; an error it returns is printed, and decides the exit code.
using Action = std::function<Result<Exit>(Session&)>;

// One thing the program can do. A name of two words ("pipeline lint") is a verb of a group.
struct Verb {
  std::string_view name;
  std::string_view about;  // one sentence
  std::function<Action(Options&)> define;
};

// What stands before or after any verb.
struct CommonOptions {
  std::optional<std::string> endpoint;  // ipc://…, tcp://… or the path of a socket
  std::optional<std::string> state;     // the daemon's state folder: its endpoint, its database
  std::string output;                   // table, json, jsonl, csv; empty: what suits the verb
  bool json = false;
  bool quiet = false;
  bool no_color = false;
};

struct Parsed {
  CommonOptions common;
  Action action;
};
// Nothing to do any more: help was asked for, or the command line is wrong.
struct Ended {
  std::string out;  // for stdout
  std::string err;  // for stderr
  Exit exit = Exit::done;
};
// `arguments` without the program's name. `groups` say what the first word of two-word verbs stands
// for.
struct Group {
  std::string_view name;
  std::string_view about;
};
std::variant<Parsed, Ended> parse(std::vector<std::string> arguments, std::span<const Verb> verbs,
                                  std::span<const Group> groups);

}  // namespace docwright::cli
