#include "pipeline/chunk/cut.h"

#include <algorithm>

#include "runtime/characters.h"

namespace docwright::pipeline {
namespace {

using outline::Range;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

std::uint32_t line_end(std::string_view source, std::uint32_t at, std::uint32_t end) {
  const std::size_t found = source.substr(0, end).find('\n', at);
  return found == std::string_view::npos ? end : static_cast<std::uint32_t>(found + 1);
}

}  // namespace

bool may_cut(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return true;
  if (text[at - 1] == '\r' && text[at] == '\n') return false;
  return !is_continuation(text[at]);
}

std::vector<Range> lines(std::string_view source, Range range) {
  std::vector<Range> lines;
  for (std::uint32_t at = range.begin; at < range.end;) {
    const std::uint32_t end = line_end(source, at, range.end);
    lines.push_back({at, end});
    at = end;
  }
  return lines;
}

std::vector<Range> paragraphs(std::string_view source, Range range) {
  std::vector<Range> paragraphs;
  bool after_blank = true;
  for (const Range& line : lines(source, range)) {
    const bool blank =
        std::ranges::all_of(source.substr(line.begin, line.end - line.begin), is_blank);
    if (paragraphs.empty() || (after_blank && !blank)) {
      paragraphs.push_back(line);
    } else {
      paragraphs.back().end = line.end;
    }
    after_blank = blank;
  }
  return paragraphs;
}

Range longest_fitting(std::string_view source, Range range,
                      const std::function<bool(Range)>& fits) {
  const auto cut_before = [&](std::uint32_t at) {
    while (at > range.begin && at < range.end && !may_cut(source, at)) --at;
    return at;
  };
  std::uint32_t least = range.begin + 1;  // a first code point, at any rate
  while (least < range.end && !may_cut(source, least)) ++least;
  // Doubles the size until it does not fit, then narrows down between the two.
  std::uint32_t good = least, bad = range.end;
  for (std::uint64_t size = 64; good < range.end; size *= 2) {
    const std::uint32_t end = cut_before(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(range.begin + size, range.end)));
    if (end <= good) continue;
    if (!fits({range.begin, end})) {
      bad = end;
      break;
    }
    good = end;
  }
  if (good >= range.end) return range;
  while (bad - good > 1) {
    const std::uint32_t middle = cut_before(good + (bad - good) / 2);
    if (middle <= good) {
      // No cut in the lower half: look for the first in the upper one.
      std::uint32_t next = good + 1;
      while (next < bad && !may_cut(source, next)) ++next;
      if (next >= bad) break;
      (fits({range.begin, next}) ? good : bad) = next;
      continue;
    }
    (fits({range.begin, middle}) ? good : bad) = middle;
  }
  for (std::uint32_t at = good; at > range.begin + (good - range.begin) / 2; --at) {
    if (is_blank(source[at - 1]) && may_cut(source, at)) return {range.begin, at};
  }
  return {range.begin, good};
}

}  // namespace docwright::pipeline
