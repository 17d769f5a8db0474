// The visible list: a provider is one folder and one line here.
#include "providers/anthropic/anthropic.h"
#include "providers/azure_openai/azure_openai.h"
#include "providers/gemini/gemini.h"
#include "providers/groq/groq.h"
#include "providers/offline/offline.h"
#include "providers/openai/openai.h"
#include "providers/openai_compatible/openai_compatible.h"
#include "providers/provider.h"

namespace docwright::providers {

Registry all_providers() {
  Registry registry;
  registry.add(anthropic::provider());
  registry.add(azure_openai::provider());
  registry.add(gemini::provider());
  registry.add(groq::provider());
  registry.add(offline::provider());
  registry.add(openai::provider());
  registry.add(openai_compatible::provider());
  return registry;
}

}  // namespace docwright::providers
