// Whether the steps of a pipeline stand where they can work.
#pragma once
#include "pipeline/binding.h"

namespace docwright::pipeline {

// What the kinds say of their places (StepPlace), and that every answer is read. Reports the first
// complaint only: the next ones often follow from it. `list` is the place of the list of steps.
void check_order(Construction& construction, const StepRegistry& kinds, const config::Mark& list);

}  // namespace docwright::pipeline
