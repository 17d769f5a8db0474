// What a simulated provider remembers of prompts: a prefix that it has seen costs less.
#pragma once
#include <string>
#include <string_view>
#include <unordered_set>

#include "providers/simulator/api.h"

namespace docwright::providers::simulator {

// One thread.
class PrefixCache final {
 public:
  explicit PrefixCache(std::int64_t tokens_min) : tokens_min_(tokens_min) {}

  struct Found {
    std::int64_t cached = 0;   // tokens of a prefix that was there
    std::int64_t written = 0;  // further ones that are there from now on
  };
  // Up to the mark; where there is none and the provider caches unasked, in steps of 128 tokens.
  Found look_up(const Asked& asked, bool unasked);

 private:
  bool seen(std::string_view model, std::string_view schema, std::string_view prefix);

  const std::int64_t tokens_min_;
  std::unordered_set<std::string> seen_;  // hashes, raw
};

}  // namespace docwright::providers::simulator
