// Runs one step: within its time limit, repeated after a transient failure, on record.
#pragma once
#include "pipeline/behaviour.h"

namespace docwright::pipeline {

// A call has its own limit, retries and waits (call_desk.h), and with it the step that may ask a
// corrective question; theirs is not watched here.
Task<StepResult<void>> run_step(Run& run, ChunkRun* chunk, const Step& step);

}  // namespace docwright::pipeline
