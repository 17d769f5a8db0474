// What the command line of docwrightd says.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "runtime/error.h"

namespace docwright::daemon {

struct Arguments {
  std::optional<std::string> state, config;
  std::string endpoint;  // of requests; empty: the configuration's
  bool help = false, version = false;
};

// `words` without the program's name. Errors (invalid_request) name the word, and the nearest
// option.
Result<Arguments> parse_arguments(std::span<char* const> words);
std::string usage();

}  // namespace docwright::daemon
