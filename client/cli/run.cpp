#include "client/cli/run.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "client/cli/output.h"
#include "client/cli/session.h"

namespace docwright::cli {
namespace {

// Words that are verbs to a person but options to the parser.
std::vector<std::string> translated(std::vector<std::string> arguments) {
  if (arguments.empty()) return {"--help"};
  if (arguments.front() == "--version") arguments.front() = "version";
  return arguments;
}

std::string error_text(const Error& error) {
  const bool placed = error.at.empty() || error.message.find(error.at) != std::string::npos;
  const std::string place = placed ? "" : fmt::format(" (at {})", error.at);
  return printable(fmt::format("docwright: {}{}", error.message, place), true);
}

}  // namespace

int run(std::vector<std::string> arguments, const config::Environment& environment,
        std::span<const Verb> verbs, std::span<const Group> groups) {
  // A reader that goes away is seen where we write.
  signal(SIGPIPE, SIG_IGN);
  const auto plain = [](int descriptor) { return Look{.terminal = isatty(descriptor) == 1}; };
  auto parsed = parse(translated(std::move(arguments)), verbs, groups);
  if (const auto* ended = std::get_if<Ended>(&parsed)) {
    Output output(STDOUT_FILENO, STDERR_FILENO, plain(STDOUT_FILENO), plain(STDERR_FILENO), false);
    output.data(ended->out);
    if (!ended->err.empty())
      output.insist(std::string_view(ended->err).substr(0, ended->err.size() - 1));
    return static_cast<int>(ended->exit);
  }
  auto& [common, action] = std::get<Parsed>(parsed);
  Output output(STDOUT_FILENO, STDERR_FILENO, look_of(STDOUT_FILENO, common.no_color, environment),
                look_of(STDERR_FILENO, common.no_color, environment), common.quiet);
  Session session(common, environment, output);
  const Result<Exit> exit = action(session);
  if (exit) return static_cast<int>(*exit);
  output.insist(error_text(exit.error()));
  return static_cast<int>(exit_of(exit.error()));
}

}  // namespace docwright::cli
