#include "pipeline/chunk/options.h"

#include "pipeline/binding.h"
#include "pipeline/chunk/chunk.h"

namespace docwright::pipeline {
namespace {

void bind(ChunkOptions&, Binding&) {}

}  // namespace

const config::Spec<ChunkOptions>& chunk_spec() {
  using config::option;
  using S = ChunkOptions;
  static const config::Spec<S> spec(
      "Cuts the source into chunks, each the text of one call. Never over the limit, never cutting "
      "a definition that fits, and "
      "byte for byte the source when joined.",
      with_common<S>(
          {config::word("by", &S::by,
                        {{"definitions", ChunkBy::definitions}, {"lines", ChunkBy::lines}})
               .about("Where it cuts: between definitions (Python, C and C++; other languages by "
                      "lines), or at lines in any case."),
           option("limit_tokens", &S::limit_tokens)
               .range(50, 1'000'000)
               .unit("tokens")
               .about("Largest chunk: its text, and the headers of what encloses it. What does not "
                      "fit its model all the same is divided when it is asked about."),
           option("targets_max", &S::targets_max)
               .range(1, 100)
               .unit("definitions")
               .about("Most definitions that one call documents; more make longer answers.")}));
  return spec;
}

void add_chunk(StepRegistry& steps) {
  steps.add<ChunkOptions>({.name = "chunk",
                           .scope = Scope::source,
                           .count = Count::once,
                           .after = "validate",
                           .example = "limit_tokens: 3000\ntargets_max: 10\n"},
                          chunk_spec(), bind, chunk_behaviour);
}

}  // namespace docwright::pipeline
