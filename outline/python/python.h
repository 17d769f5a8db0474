// Outlines of Python sources.
#pragma once
#include <string_view>

#include "outline/outline.h"

namespace docwright::outline {

Outline outline_python(std::string_view source);

}  // namespace docwright::outline
