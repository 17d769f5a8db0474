// Pipeline versions: the text of a pipeline with its prompts and schemas, kept once under their
// hash. A job ends with the version that it was accepted with, whatever the files say by then.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "store/database.h"

namespace docwright::store {

struct PipelineVersion {
  std::int64_t version = 0;  // row; NewJob::pipeline_version
  std::string name;
  Hash hash{};       // of name, text and parts; equal content is one version
  std::string text;  // the YAML
  std::vector<std::pair<std::string, std::string>> parts;  // prompts and schemas: name, text
};

// Idempotent by hash. Returns the version.
std::int64_t store_pipeline(Database& database, const PipelineVersion& pipeline, Time now);
Result<PipelineVersion> load_pipeline(Database& database, std::int64_t version);

}  // namespace docwright::store
