// What a prompt's templates see: the names of prompt_names(), as JSON.
#pragma once
#include <span>
#include <string>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

struct ViewOf {
  const Job& job;
  outline::Language language;
  const ChunkRun& chunk;
  std::span<const outline::Definition> targets;
  std::string_view answer_language;
};
Json prompt_view(const ViewOf& of);

// {"targets": [...]} with what an answer needs to be right: symbols, parameters, raised types. For
// a code fence in the prompt.
std::string prompt_facts(std::span<const outline::Definition> targets);

}  // namespace docwright::pipeline
