// Checks a scenario's options against each other: each may be right alone, and the rehearsal still
// not be the one that was meant.
#pragma once
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

// Adds an error at the place of each option that contradicts another one, or can have no effect.
void check(const Scenario& scenario, config::Reading& reading);

}  // namespace docwright::providers::simulator
