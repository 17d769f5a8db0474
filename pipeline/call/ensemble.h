// Several models asked about the same chunk at the same time.
#pragma once
#include "pipeline/behaviour.h"

namespace docwright::pipeline {

// Whether the step asks several; a submit that names a model asks that one alone.
bool asks_all(const Job& job, const Step& step);

// The answer of the first member that gave one, and the others' beside it. Each is journalled and
// charged as a sample of its own. Who refuses is done without, as long as one answers; while one
// may still answer, the job waits: what the others said is on record. The step has an ensemble.
Task<StepResult<Asked>> ask_all(Run& run, const ChunkRun& chunk, const Step& step);

}  // namespace docwright::pipeline
