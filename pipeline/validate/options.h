// What the step `validate` can be told.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

// Which sources it refuses, each with its reason (Code::source_refused). A job submitted with
// --force passes the last three.
struct RefuseOptions {
  bool binary = true;
  bool generated = true;
  bool minified = true;
  bool vendored = true;
};

struct ValidateOptions {
  std::string name;
  std::int64_t bytes_max = std::int64_t{1} << 20;
  std::vector<std::string> languages;  // names of outline::Language; empty: all
  RefuseOptions refuse;
  Duration time_limit = std::chrono::seconds(10);
  int retries = 0;
};

const config::Spec<ValidateOptions>& validate_spec();
void add_validate(StepRegistry& steps);

}  // namespace docwright::pipeline
