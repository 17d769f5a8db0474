// The visible list of the formats that the simulator speaks: a line here for each that a provider's
// folder can play. Of several that take a path, the first does, so the particular paths come first.
#include "providers/anthropic/simulated.h"

#include "providers/azure_openai/simulated.h"
#include "providers/gemini/simulated.h"
#include "providers/groq/simulated.h"
#include "providers/openai/simulated.h"
#include "providers/openai_compatible/simulated.h"
#include "providers/simulator/api.h"

namespace docwright::providers::simulator {

std::vector<Spoken> all_spoken() {
  std::vector<Spoken> spoken;
  spoken.push_back({"anthropic", anthropic::simulated_api()});
  spoken.push_back({"gemini", gemini::simulated_api()});
  spoken.push_back({"azure_openai", azure_openai::simulated_api()});
  spoken.push_back({"azure_openai", azure_openai::simulated_responses()});
  spoken.push_back({"groq", groq::simulated_api()});
  spoken.push_back({"openai", openai::responses_server(openai::responses_role())});
  spoken.push_back({"openai", openai::chat_server(openai::role())});
  spoken.push_back({"openai_compatible", openai_compatible::simulated_api()});
  return spoken;
}

}  // namespace docwright::providers::simulator
