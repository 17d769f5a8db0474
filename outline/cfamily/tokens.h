// Tokens of C and C++ as far as macros and conditionals need them: no grammar, no preprocessing,
// linear time.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::outline::cfamily {

struct Token {
  enum class Kind : std::uint8_t {
    word,
    number,
    literal,
    punctuation,
    directive
  } kind = Kind::punctuation;
  bool starts_line = false;  // first on its line, comments aside
  Range range;  // a directive: the whole of it, continuation lines included, without its last line
                // end
};

// Comments are skipped. Punctuation is one byte each, but for "::" and "->".
std::vector<Token> tokens_of(std::string_view source);

// The name after the '#' of a directive ("if", "else", ...), and the rest of it, trimmed.
std::string_view directive_name(std::string_view directive);
std::string_view directive_rest(std::string_view directive);

}  // namespace docwright::outline::cfamily
