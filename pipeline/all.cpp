// Every step that a pipeline can have, in the order in which they are explained. A new step is a
// folder and a line here.
#include "pipeline/call/options.h"
#include "pipeline/chunk/options.h"
#include "pipeline/parse/options.h"
#include "pipeline/registry.h"
#include "pipeline/store/options.h"
#include "pipeline/validate/options.h"

namespace docwright::pipeline {

StepRegistry all_steps() {
  StepRegistry steps;
  add_validate(steps);
  add_chunk(steps);
  add_call(steps);
  add_parse(steps);
  add_store(steps);
  return steps;
}

}  // namespace docwright::pipeline
