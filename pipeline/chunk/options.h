// What the step `chunk` can be told.
#pragma once
#include <cstdint>
#include <string>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

enum class ChunkBy { definitions, lines };

struct ChunkOptions {
  std::string name;
  ChunkBy by = ChunkBy::definitions;
  std::int64_t limit_tokens = 6000;  // of the chunk's text and its scope
  int targets_max = 20;              // definitions in one chunk
  Duration time_limit = std::chrono::seconds(60);
  int retries = 2;
};

const config::Spec<ChunkOptions>& chunk_spec();
void add_chunk(StepRegistry& steps);

}  // namespace docwright::pipeline
