// The step `chunk`: outline of the source, then its chunks.
#pragma once
#include <memory>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

std::shared_ptr<const Behaviour> chunk_behaviour(const Step& step);

}  // namespace docwright::pipeline
