// OpenAI's models in Azure: every customer has an address and deployments of their own.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::azure_openai {

Provider provider();

}  // namespace docwright::providers::azure_openai
