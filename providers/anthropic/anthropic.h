// Anthropic's Messages.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::anthropic {

Provider provider();

}  // namespace docwright::providers::anthropic
