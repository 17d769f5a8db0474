// The headers that a chunk is given with its text: the signatures of what it begins in the middle
// of.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "outline/outline.h"
#include "tokens/count.h"

namespace docwright::pipeline {

// Borrows all it is given.
class Scopes {
 public:
  // A header takes at most `tokens_max`: outer signatures are left out first.
  Scopes(const outline::Outline& outline, const TokenCounter& counter, std::int64_t tokens_max);

  struct Header {
    std::string text;  // a line for each enclosing definition, outermost first, indented; empty at
                       // file level
    std::int64_t tokens = 0;
  };
  // Of a chunk that begins at this byte.
  const Header& at(std::uint32_t byte);

 private:
  std::int32_t innermost(std::uint32_t byte) const;
  Header make(std::int32_t definition) const;

  const outline::Outline& outline_;
  const TokenCounter& counter_;
  const std::int64_t tokens_max_;
  std::vector<std::int32_t> by_begin_;          // definitions in the order in which they begin
  std::vector<std::optional<Header>> headers_;  // of each definition, once asked for
  const Header none_;
};

}  // namespace docwright::pipeline
