#include "outline/syntax/lines.h"

#include <algorithm>
#include <cstring>

namespace docwright::outline {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

}  // namespace

Lines::Lines(std::string_view source)
    : source_(source), size_(static_cast<std::uint32_t>(source.size())) {
  starts_.push_back(0);
  for (std::size_t at = source.find('\n'); at != std::string_view::npos && at + 1 < source.size();
       at = source.find('\n', at + 1)) {
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

std::uint32_t Lines::line_of(std::uint32_t byte) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), byte);
  return static_cast<std::uint32_t>(after - starts_.begin()) - 1;
}

std::uint32_t Lines::indent(std::uint32_t line) const {
  std::uint32_t at = begin(line);
  while (at < end(line) && is_blank(source_[at])) ++at;
  return at;
}

Range Lines::whole(Range range) const {
  return {begin(line_of(range.begin)), end(last_line_of(range))};
}

void Lines::mark_no_code(Range range) {
  no_code_.push_back(range);
}

bool Lines::no_code(std::uint32_t line) const {
  const auto by_end = [](const Range& range, std::uint32_t byte) { return range.end <= byte; };
  std::uint32_t at = indent(line);
  if (at == end(line)) return false;
  auto marked = std::lower_bound(no_code_.begin(), no_code_.end(), at, by_end);
  while (at < end(line)) {
    if (is_blank(source_[at])) {
      ++at;
    } else if (marked != no_code_.end() && marked->begin <= at) {
      at = marked->end;
      ++marked;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace docwright::outline
