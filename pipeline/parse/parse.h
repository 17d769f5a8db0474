// The step `parse`: documents out of an answer, checked; one corrective question for what is wrong.
#pragma once
#include <memory>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

std::shared_ptr<const Behaviour> parse_behaviour(const Step& step);

}  // namespace docwright::pipeline
