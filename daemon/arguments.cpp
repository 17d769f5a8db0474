#include "daemon/arguments.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "runtime/text.h"

namespace docwright::daemon {
namespace {

constexpr std::array<std::string_view, 5> kOptions = {"--state", "--config", "--endpoint", "--help",
                                                      "--version"};

// "--state DIR" and "--state=DIR".
struct Option {
  std::string_view name;
  std::optional<std::string_view> value;
};

Option split(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

}  // namespace

Result<Arguments> parse_arguments(std::span<char* const> words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto [name, value] = split(words[i]);
    if (name == "--help" || name == "-h") {
      arguments.help = true;
    } else if (name == "--version") {
      arguments.version = true;
    } else if (name == "--state" || name == "--config" || name == "--endpoint") {
      if (!value && i + 1 < words.size()) value = words[++i];
      if (!value || value->empty())
        return fail(Code::invalid_request, fmt::format("{} needs a value", name));
      if (name == "--state") arguments.state = *value;
      if (name == "--config") arguments.config = *value;
      if (name == "--endpoint") arguments.endpoint = *value;
    } else {
      return fail(Code::invalid_request,
                  fmt::format("unknown option '{}'{}", name, did_you_mean(name, kOptions)));
    }
  }
  return arguments;
}

std::string usage() {
  return "docwrightd [--state DIR] [--config FILE] [--endpoint ENDPOINT]\n"
         "\n"
         "Documents code bases with language models: takes jobs over ZeroMQ (docs/protocol.md), "
         "keeps them in SQLite.\n"
         "\n"
         "  --state DIR          folder of the database and the sockets; default: "
         "/var/lib/docwright for root,\n"
         "                       else $XDG_STATE_HOME/docwright\n"
         "  --config FILE        configuration; default: docwright.yaml in the configuration's "
         "folder, if there is one\n"
         "  --endpoint ENDPOINT  where requests are taken: ipc://PATH, or tcp://127.0.0.1:PORT\n"
         "  --version, --help\n"
         "\n"
         "Every setting: docwright config show. Exit codes: 0 stopped, 2 usage, 69 another daemon "
         "works in the folder,\n"
         "74 the disk or the database failed, 78 configuration.\n";
}

}  // namespace docwright::daemon
