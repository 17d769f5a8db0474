// The program without its main: a command line in, an exit code out.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "client/cli/options.h"
#include "config/environment.h"

namespace docwright::cli {

// `verbs` and `groups` are the program's visible list. Writes to descriptors 1 and 2.
int run(std::vector<std::string> arguments, const config::Environment& environment,
        std::span<const Verb> verbs, std::span<const Group> groups);

}  // namespace docwright::cli
