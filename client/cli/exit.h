// How the program ends: the exit codes that scripts rely on (docs/cli.md).
#pragma once
#include "runtime/error.h"

namespace docwright::cli {

enum class Exit {
  done = 0,            // submit without --wait: accepted
  failed = 1,          // some jobs failed; or the machine the command runs on said no
  usage = 2,           // the command line, or what it names, is wrong
  budget = 3,          // a budget refuses it
  not_found = 4,       // no such job, batch, project or document
  unreachable = 69,    // no daemon answers
  parked = 75,         // only parked jobs are left: try later
  refused = 77,        // the daemon (or a person, asked) said no
  configuration = 78,  // a setting, a pipeline or the database is wrong
  timeout = 124,
  interrupted = 130,  // before anything was accepted
};

// The exit code that an error ends the program with.
Exit exit_of(const Error& error);

}  // namespace docwright::cli
