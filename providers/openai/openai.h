// OpenAI itself; whatever speaks its formats is a Variant of its codec (family.h).
#pragma once
#include "providers/provider.h"

namespace docwright::providers::openai {

Provider provider();

}  // namespace docwright::providers::openai
