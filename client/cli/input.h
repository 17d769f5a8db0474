// Reads standard input.
#pragma once
#include <cstddef>
#include <string>

#include "client/cli/interrupt.h"
#include "runtime/error.h"

namespace docwright::cli {

// Standard input up to its end. Errors: cancelled (Ctrl-C), too_large.
Result<std::string> read_input(const Interrupt& interrupt, std::size_t bytes_max);

}  // namespace docwright::cli
