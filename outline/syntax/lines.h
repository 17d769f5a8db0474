// The lines of a source, and what stands on each.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::outline {

// Lines are numbered from 0 and end after their '\n'; the last may have none. Borrows the source.
class Lines {
 public:
  explicit Lines(std::string_view source);

  std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size()); }
  std::uint32_t line_of(std::uint32_t byte) const;
  std::uint32_t begin(std::uint32_t line) const { return starts_[line]; }
  std::uint32_t end(std::uint32_t line) const {
    return line + 1 < count() ? starts_[line + 1] : size_;
  }
  // First byte that is not a blank, or the line's end.
  std::uint32_t indent(std::uint32_t line) const;

  // The range grown to whole lines. An empty range, or one that ends at a line's start, does not
  // take that line in.
  Range whole(Range range) const;
  std::uint32_t last_line_of(Range range) const {
    return line_of(range.end > range.begin ? range.end - 1 : range.begin);
  }

  // Marks bytes that are no code: comments, and macros that stand for attributes. Ranges come in
  // source order.
  void mark_no_code(Range range);
  // Nothing on the line but blanks and what was marked, and something marked.
  bool no_code(std::uint32_t line) const;

 private:
  std::string_view source_;
  std::uint32_t size_;
  std::vector<std::uint32_t> starts_;
  std::vector<Range> no_code_;  // in source order
};

}  // namespace docwright::outline
