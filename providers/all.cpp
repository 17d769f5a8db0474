// The visible list: a provider is one folder and one line here.
#include "providers/offline/offline.h"
#include "providers/openai/openai.h"
#include "providers/provider.h"

namespace docwright::providers {

Registry all_providers() {
  Registry registry;
  registry.add(openai::provider());
  registry.add(offline::provider());
  return registry;
}

}  // namespace docwright::providers
