// What a docstring or doc comment already says, taken apart: Google, NumPy, Sphinx and Doxygen
// style.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace docwright::providers::offline {

struct ExistingDoc {
  std::string summary;      // the first sentence; empty where there is no prose
  std::string description;  // the prose after it, paragraphs separated by an empty line
  // By name; type parameters among them.
  std::map<std::string, std::string, std::less<>> parameters;
  std::string returns, yields;
  std::map<std::string, std::string, std::less<>> raises;  // by type
};

// `text` as written: with comment marks or string quotes, or without. Every entry is one line of
// words.
ExistingDoc read_existing(std::string_view text);

}  // namespace docwright::providers::offline
