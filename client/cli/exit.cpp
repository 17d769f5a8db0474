#include "client/cli/exit.h"

namespace docwright::cli {

Exit exit_of(const Error& error) {
  switch (error.code) {
    case Code::invalid_request:
    case Code::unknown_pipeline:
    case Code::unknown_model:
      return Exit::usage;
    case Code::budget_exceeded:
      return Exit::budget;
    case Code::not_found:
      return Exit::not_found;
    case Code::unavailable:
      return Exit::unreachable;
    case Code::timeout:
      return Exit::timeout;
    case Code::cancelled:
      return Exit::interrupted;
    case Code::configuration:
    case Code::corrupt:
      return Exit::configuration;
    case Code::unsupported_version:
    case Code::unknown_verb:
    case Code::key_conflict:
    case Code::too_large:
    case Code::busy:
    case Code::no_space:
    case Code::conflict:
    case Code::no_credentials:
    case Code::source_refused:
      return Exit::refused;
    case Code::call_failed:
    case Code::answer_invalid:
    case Code::io:
    case Code::internal:
      return Exit::failed;
  }
  return Exit::failed;
}

}  // namespace docwright::cli
