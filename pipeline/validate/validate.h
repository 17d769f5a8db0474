// The step `validate`: refuses sources that are not worth a call, with the reason.
#pragma once
#include <memory>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

std::shared_ptr<const Behaviour> validate_behaviour(const Step& step);

}  // namespace docwright::pipeline
