// Makes sources that need a preprocessor readable without one.
//
// A grammar knows no macros: one export macro or NAMESPACE_BEGIN in front of a class, and the
// parser loses the class. So what can only be a macro that stands for an attribute, a label or
// nothing is blanked, byte for byte, before parsing. Likewise conditionals that cut through a
// construct: their first branch stays, the rest is blanked. All of it is judged by tokens alone,
// conservatively: what could be a type or a value stays.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::outline::cfamily {

struct Masked {
  std::string code;           // to be parsed; the source's size, line ends in their places
  std::string text;           // to be quoted: only the conditionals are blanked
  std::vector<Range> macros;  // blanked macro uses, in source order
  std::vector<std::uint32_t> open_braces,
      close_braces;  // their places, but for those in blanked conditionals
  bool changed = false;
};

Masked mask(std::string_view source);
// The same with nothing blanked.
Masked unmasked(std::string_view source);

}  // namespace docwright::outline::cfamily
