#include "pipeline/chunk/scope.h"

#include <algorithm>
#include <numeric>

namespace docwright::pipeline {

using outline::Definition;

Scopes::Scopes(const outline::Outline& outline, const TokenCounter& counter,
               std::int64_t tokens_max)
    : outline_(outline),
      counter_(counter),
      tokens_max_(tokens_max),
      by_begin_(outline.definitions.size()),
      headers_(by_begin_.size()) {
  std::iota(by_begin_.begin(), by_begin_.end(), 0);
  const auto begin = [&](std::int32_t index) {
    return outline.definitions[static_cast<std::size_t>(index)].body.begin;
  };
  std::ranges::sort(by_begin_, [&](std::int32_t a, std::int32_t b) {
    return begin(a) != begin(b) ? begin(a) < begin(b) : a < b;
  });
}

// Of all that encloses a byte, the one that begins last; the others are its parents.
std::int32_t Scopes::innermost(std::uint32_t byte) const {
  const auto begins_before = [&](std::int32_t index, std::uint32_t at) {
    return outline_.definitions[static_cast<std::size_t>(index)].body.begin < at;
  };
  const auto after = std::lower_bound(by_begin_.begin(), by_begin_.end(), byte, begins_before);
  std::int32_t index = after == by_begin_.begin() ? -1 : *(after - 1);
  while (index >= 0 && outline_.definitions[static_cast<std::size_t>(index)].body.end <= byte) {
    index = outline_.definitions[static_cast<std::size_t>(index)].parent;
  }
  return index;
}

Scopes::Header Scopes::make(std::int32_t definition) const {
  std::vector<const std::string*> signatures;  // innermost first
  for (std::int32_t index = definition; index >= 0;) {
    const Definition& enclosing = outline_.definitions[static_cast<std::size_t>(index)];
    signatures.push_back(&enclosing.signature);
    index = enclosing.parent;
  }
  while (!signatures.empty()) {
    Header header;
    for (std::size_t depth = 0; depth < signatures.size(); ++depth) {
      header.text +=
          std::string(2 * depth, ' ') + *signatures[signatures.size() - 1 - depth] + "\n";
    }
    header.tokens = counter_.count(header.text).tokens;
    if (header.tokens <= tokens_max_) return header;
    signatures.pop_back();
  }
  return {};
}

const Scopes::Header& Scopes::at(std::uint32_t byte) {
  const std::int32_t index = innermost(byte);
  if (index < 0) return none_;
  std::optional<Header>& header = headers_[static_cast<std::size_t>(index)];
  if (!header) header = make(index);
  return *header;
}

}  // namespace docwright::pipeline
