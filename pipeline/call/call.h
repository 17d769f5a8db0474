// The step `call`: asks a model about a chunk.
#pragma once
#include <memory>

#include "pipeline/behaviour.h"
#include "pipeline/call/inquiry.h"

namespace docwright::pipeline {

// Asks what the step asks, about the topic's targets, which live until the task ends. An answer
// that was cut at its limit is asked for once more with a higher one, where model and budget allow
// it; else the cut one is the answer.
Task<StepResult<Asked>> ask(Run& run, const ChunkRun& chunk, const Step& step, Topic topic);

std::shared_ptr<const Behaviour> call_behaviour(const Step& step);

}  // namespace docwright::pipeline
