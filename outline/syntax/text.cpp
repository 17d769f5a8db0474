#include "outline/syntax/text.h"

#include "runtime/characters.h"

namespace docwright::outline {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v' || c == '\0';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Length of the comment that starts at `at`, its line end excluded; 0 where none does.
std::size_t comment_at(std::string_view text, std::size_t at, Comments comments) {
  std::size_t end = 0;
  if (comments == Comments::hash) {
    if (text[at] != '#') return 0;
    end = text.find('\n', at);
  } else if (text.substr(at, 2) == "//") {
    end = text.find('\n', at);
  } else if (text.substr(at, 2) == "/*") {
    end = text.find("*/", at + 2);
    if (end != std::string_view::npos) end += 2;
  } else {
    return 0;
  }
  return (end == std::string_view::npos ? text.size() : end) - at;
}

// Length of the string literal that starts at `at`; 0 where none does.
std::size_t literal_at(std::string_view text, std::size_t at, Comments comments) {
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return 0;
  const bool separates_digits =
      quote == '\'' && comments == Comments::slashes && at > 0 && is_digit(text[at - 1]);
  if (separates_digits) return 0;
  const bool triple = comments == Comments::hash && text.substr(at, 3) == std::string(3, quote);
  const std::string_view close = triple ? text.substr(at, 3) : text.substr(at, 1);
  for (std::size_t end = at + close.size(); end < text.size(); ++end) {
    if (text[end] == '\\') {
      ++end;
    } else if (text.substr(end, close.size()) == close) {
      return end + close.size() - at;
    }
  }
  return text.size() - at;
}

void cut(std::string& text, std::size_t bytes_max) {
  static constexpr std::string_view kMore = "…";
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max - kMore.size();
  while (end > 0 && is_continuation(text[end])) --end;
  text.resize(end);
  text += kMore;
}

}  // namespace

std::string one_line(std::string_view text, Comments comments, std::size_t bytes_max) {
  std::string line;
  bool blank = false;
  std::size_t at = 0;
  const auto append = [&](char c) {
    if (blank && !line.empty()) line += ' ';
    blank = false;
    line += c;
  };
  while (at < text.size() && line.size() <= bytes_max) {
    if (is_blank(text[at]) || text.substr(at, 2) == "\\\n") {
      blank = true;
      ++at;
      continue;
    }
    if (const std::size_t size = comment_at(text, at, comments)) {
      blank = true;
      at += size;
      continue;
    }
    const std::size_t literal = literal_at(text, at, comments);
    const std::size_t end = at + (literal > 0 ? literal : 1);
    for (; at < end && line.size() <= bytes_max; ++at)
      append(text[at] == '\n' || text[at] == '\r' || text[at] == '\0' ? ' ' : text[at]);
  }
  cut(line, bytes_max);
  return line;
}

}  // namespace docwright::outline
