// Who may be asked in place of a target that gave no answer.
#pragma once
#include <expected>

#include "pipeline/behaviour.h"

namespace docwright::pipeline {

enum class Elsewhere {
  nowhere,           // asking others would change nothing, or is not ours to decide
  anybody,           // the next target
  another_provider,  // the fault may be that provider's own
  larger_window,     // the question does not fit; a larger window, else the chunk is divided
  cheaper            // it does not fit its budget
};
// The policy, by class of error. What is tried again first is tried again before.
Elsewhere elsewhere_after(providers::ErrorClass error_class);

// Why a target gave no answer.
struct Declined {
  Stop stop;  // of the job, where nobody else is asked
  Elsewhere elsewhere = Elsewhere::nowhere;
};
using Served = std::expected<RecordedAnswer, Declined>;

// What a target does that cannot answer soon: the job waits for it (up to 30 s, else parked), or
// others are asked.
enum class Patience { waits, moves_on };

}  // namespace docwright::pipeline
