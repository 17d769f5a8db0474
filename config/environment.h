// The process's environment as a value: read once in main, passed down. Nothing below main calls
// getenv.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/spec.h"

namespace docwright::config {

// Immutable; any thread.
class Environment final {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  explicit Environment(Variables variables) : variables_(std::move(variables)) {}
  // Call before the first thread starts.
  static Environment of_process();

  // None where the variable is not set; an empty one is set.
  std::optional<std::string> find(std::string_view name) const;
  // The value, or nothing where it is not set or empty.
  std::string value(std::string_view name) const;
  const Variables& variables() const { return variables_; }

 private:
  Variables variables_;
};

// Puts what DOCWRIGHT_A__B says over `root`, by the names of the spec: queue.jobs_max is
// DOCWRIGHT_QUEUE__JOBS_MAX, the base_url of the provider openai is
// DOCWRIGHT_PROVIDERS__OPENAI__BASE_URL. Texts and numbers stand in the variable as they are, lists
// and mappings as YAML. A variable with the prefix that names no option is an error with the
// nearest name; DOCWRIGHT_ENDPOINT (the CLI's) is left alone.
void overlay(Node& root, const SpecBase& spec, const Environment& environment, Reading& reading);

}  // namespace docwright::config
