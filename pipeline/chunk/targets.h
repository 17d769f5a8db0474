// Which definitions of a source get a document.
#pragma once
#include <cstdint>
#include <vector>

#include "outline/outline.h"

namespace docwright::pipeline {

// What a reader of the documentation looks up: types, functions, macros, concepts and aliases; not
// namespaces, not what is local to a function, private to a class or private by its name, not
// deleted or defaulted functions. Where that leaves nothing, the private ones.
std::vector<std::int32_t> documented(const outline::Outline& outline);

// What of them begins in a stretch of the source, and how much room it takes in an answer's schema.
// Borrows the outline.
class Targets {
 public:
  Targets(const outline::Outline& outline, std::vector<std::int32_t> chosen);

  struct Load {
    int targets = 0;
    int properties = 0;  // of an exact schema, without the one that holds all documents
  };
  Load load(outline::Range range) const;
  std::vector<outline::Definition> in(outline::Range range) const;
  // Where the first target begins that is one too many, when counting from `range.begin`; range.end
  // where none is.
  std::uint32_t end_of_load(outline::Range range, int targets_max) const;

 private:
  std::size_t first_at(std::uint32_t byte) const;

  const outline::Outline& outline_;
  std::vector<std::int32_t> chosen_;   // by where they begin
  std::vector<std::uint32_t> begins_;  // of the chosen
  std::vector<int> properties_;        // sum of all before
};

}  // namespace docwright::pipeline
