// The visible list of the formats that the simulator speaks: a line here for each that a provider's
// folder can play.
#include "providers/anthropic/simulated.h"

#include "providers/gemini/simulated.h"
#include "providers/openai/simulated.h"

namespace docwright::providers::simulator {

std::vector<Spoken> all_spoken() {
  std::vector<Spoken> spoken;
  spoken.push_back({"anthropic", anthropic::simulated_api()});
  spoken.push_back({"gemini", gemini::simulated_api()});
  spoken.push_back({"openai", openai::simulated_api()});
  return spoken;
}

}  // namespace docwright::providers::simulator
