// version: this program's. `ping` tells the daemon's.
#include <fmt/format.h>

#include "client/cli/session.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

Result<Exit> version(Session& session) {
  const Json object{{"version", DOCWRIGHT_VERSION}, {"protocol", wire::kVersion}};
  if (session.format_given()) {
    write_object(session.out(), session.format(),
                 {{.key = "version", .title = "version"}, {.key = "protocol", .title = "protocol"}},
                 object);
  } else {
    session.out().data(fmt::format("docwright {}\n", DOCWRIGHT_VERSION));
  }
  return Exit::done;
}

}  // namespace

Verb version_verb() {
  return {"version", "Prints the version of this program",
          [](Options&) -> Action { return version; }};
}

}  // namespace docwright::cli
