// What the step `store` can be told.
#pragma once
#include <string>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

struct StoreOptions {
  std::string name;
  std::string parse;  // whose documents; once bound never empty (default: the nearest parse before)
  // False: a job with flagged documents fails, and stores none of that chunk.
  bool keep_flagged = true;
  Duration time_limit = std::chrono::seconds(60);
  int retries = 0;
};

const config::Spec<StoreOptions>& store_spec();
void add_store(StepRegistry& steps);

}  // namespace docwright::pipeline
