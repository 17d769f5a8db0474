// Failures as values. Expected outcomes travel as Result; bugs abort; exceptions of a library stop
// in the file that wraps it.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace docwright {

// The closed list of error codes, as they go over the wire (docs/protocol.md) and into exit codes
// of the CLI.
enum class Code {
  invalid_request,      // malformed or contradictory input; `at` says where
  unsupported_version,  // protocol version we do not speak
  unknown_verb,
  unknown_pipeline,
  unknown_model,
  not_found,        // no such job, batch, document
  key_conflict,     // the key is taken by a job with other content
  too_large,        // a limit on bytes, frames, jobs or lengths
  busy,             // a queue is full; retry_after says when to come back
  no_space,         // the disk is full; nothing was accepted
  unavailable,      // stopping, or a part has failed for good
  timeout,          // a wait or a deadline ran out
  cancelled,        // the operation was cancelled
  conflict,         // the job's state does not allow this
  no_credentials,   // the provider has no key
  budget_exceeded,  // a ceiling refuses it
  configuration,    // a setting or a pipeline is wrong; `at` is file:line:column
  source_refused,   // validate refuses the source (binary, generated, minified, vendored, ...)
  call_failed,      // the provider refused for good; the message has its class
  answer_invalid,   // the answer could not be used even after the corrective question
  io,               // the operating system said no
  corrupt,          // the database is damaged or not ours
  internal          // a bug of docwright
};
std::string_view name(Code code);
std::optional<Code> code_named(std::string_view name);

// What went wrong, where, and what to do instead (message: a sentence for a person, without
// secrets).
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string at =
      {};  // a JSON pointer, or file:line:column; empty where nothing can be pointed at
  std::optional<std::chrono::milliseconds> retry_after = {};

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message, std::string at = {}) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(at)});
}

}  // namespace docwright
