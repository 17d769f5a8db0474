// The step `store`: a chunk's documents and its checkpoint, in one transaction.
#pragma once
#include <memory>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

std::shared_ptr<const Behaviour> store_behaviour(const Step& step);

}  // namespace docwright::pipeline
