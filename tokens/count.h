// How many tokens a text has.
#pragma once
#include <cstdint>
#include <string_view>

namespace docwright {

// A number of tokens, and whether it is the number or an upper bound of it.
struct TokenCount {
  std::int64_t tokens = 0;
  bool exact = false;
};

// Counts for one model's vocabulary. Immutable; any thread. Guarantee that chunking rests on:
// count(a + b) <= count(a) + count(b) for bounds, so a packed sum is never too small.
class TokenCounter {
 public:
  virtual ~TokenCounter() = default;
  virtual TokenCount count(std::string_view text) const = 0;
};

// A byte-level BPE never yields more tokens than the text has UTF-8 bytes: the proven bound where
// no vocabulary is known.
class ByteBound final : public TokenCounter {
 public:
  TokenCount count(std::string_view text) const override {
    return {static_cast<std::int64_t>(text.size()), false};
  }
};

}  // namespace docwright
