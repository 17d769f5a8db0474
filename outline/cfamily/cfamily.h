// Outlines of C and C++ sources.
#pragma once
#include <string_view>

#include "outline/outline.h"

namespace docwright::outline {

// Language::c or Language::cpp.
Outline outline_c_family(Language language, std::string_view source);

}  // namespace docwright::outline
