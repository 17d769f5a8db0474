// The lines of a docstring or doc comment without its marks.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace docwright::providers::offline {

struct DocLine {
  std::size_t indent = 0;
  std::string text;  // without blanks at its ends; empty: an empty line
};

// Quotes of Python strings, /** */, ///, //!, # and leading stars go; indentation stays as a
// number.
std::vector<DocLine> doc_lines(std::string_view text);

// Blanks at both ends go; runs of blanks within become one.
std::string squeezed(std::string_view text);
// The end of the first sentence of `text` (one past its period), or npos.
std::size_t sentence_end(std::string_view text);

}  // namespace docwright::providers::offline
