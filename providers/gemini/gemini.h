// Google's Gemini API: generateContent.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::gemini {

Provider provider();

}  // namespace docwright::providers::gemini
