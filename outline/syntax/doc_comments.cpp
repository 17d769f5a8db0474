#include "outline/syntax/doc_comments.h"

#include <algorithm>
#include <array>

namespace docwright::outline {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}
bool all_blank(std::string_view text) {
  return std::ranges::all_of(text, is_blank);
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts,
                             [&](std::string_view start) { return text.starts_with(start); });
}

bool documents_backwards(std::string_view comment) {
  return starts_with_any(comment, {"///<", "//!<", "/**<", "/*!<"});
}
bool is_doxygen(std::string_view comment) {
  return starts_with_any(comment, {"///", "//!", "/**", "/*!"}) && !comment.starts_with("////") &&
         !comment.starts_with("/***");
}
bool says_something(std::string_view comment) {
  return std::ranges::any_of(comment, is_letter);
}
bool is_licence(std::string_view comment) {
  return std::ranges::any_of(
      std::array{"Copyright", "copyright", "SPDX-License", "License", "LICENSE"},
      [&](const char* word) { return comment.contains(word); });
}
bool names_the_file(std::string_view comment) {
  return comment.contains("@file") || comment.contains("\\file");
}

// An empty line between two of its line ends.
bool has_empty_line(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::size_t next = text.find('\n', at + 1);
    if (next != std::string_view::npos && all_blank(text.substr(at + 1, next - at - 1)))
      return true;
  }
  return false;
}

}  // namespace

std::optional<Range> DocComments::of(Range definition, std::uint32_t next) const {
  if (const auto range = above(definition.begin)) return range;
  return behind(definition, next);
}

// Nothing but blanks and masked macros between the comment and the code.
bool DocComments::adjacent(Range comment, std::uint32_t code) const {
  const std::size_t size = code - comment.end;
  return all_blank(code_.substr(comment.end, size)) &&
         !has_empty_line(source_.substr(comment.end, size));
}

bool DocComments::first_on_line(Range comment) const {
  const std::size_t line = source_.rfind('\n', comment.begin);
  const std::size_t start = line == std::string_view::npos ? 0 : line + 1;
  return all_blank(code_.substr(start, comment.begin - start));
}

std::optional<Range> DocComments::above(std::uint32_t definition) const {
  const auto ends_before = [](const Range& comment, std::uint32_t byte) {
    return comment.end <= byte;
  };
  auto comment = std::lower_bound(comments_.begin(), comments_.end(), definition, ends_before);
  std::optional<Range> found, doxygen;
  std::uint32_t below = definition;
  while (comment != comments_.begin()) {
    --comment;
    const std::string_view words = text(*comment);
    if (!adjacent(*comment, below) || !first_on_line(*comment) || documents_backwards(words)) break;
    if (comment == comments_.begin() && is_licence(words) && !is_doxygen(words)) break;
    below = comment->begin;
    if (doxygen && !is_doxygen(words)) break;
    if (!found && !says_something(words)) continue;
    found = Range{comment->begin, found ? found->end : comment->end};
    if (is_doxygen(words)) doxygen = Range{comment->begin, doxygen ? doxygen->end : found->end};
    if (words.starts_with("/*") && doxygen) break;
  }
  if (doxygen) return doxygen;
  return found;
}

std::optional<Range> DocComments::behind(Range definition, std::uint32_t next) const {
  const auto starts_before = [](const Range& comment, std::uint32_t byte) {
    return comment.begin < byte;
  };
  const auto comment =
      std::lower_bound(comments_.begin(), comments_.end(), definition.end, starts_before);
  if (comment == comments_.end() || comment->begin >= next || !documents_backwards(text(*comment)))
    return std::nullopt;
  const std::string_view between = code_.substr(definition.end, comment->begin - definition.end);
  if (between.contains('\n')) return std::nullopt;
  return *comment;
}

std::string DocComments::of_file(std::uint32_t before) const {
  for (const Range& comment : comments_) {
    if (names_the_file(text(comment))) return std::string(text(comment));
  }
  // Neighbouring // lines are one comment.
  std::optional<Range> block;
  for (const Range& comment : comments_) {
    if (comment.end > before) break;
    if (!block) {
      block = comment;
    } else if (adjacent(*block, comment.begin)) {
      block->end = comment.end;
    } else {
      break;
    }
  }
  if (!block || block->end > before || is_licence(text(*block)) || !says_something(text(*block)))
    return {};
  if (!all_blank(code_.substr(0, block->begin))) return {};
  return std::string(text(*block));
}

}  // namespace docwright::outline
