#include "providers/offline/doc_lines.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace docwright::providers::offline {
namespace {

constexpr std::string_view kBlank = " \t\r";

void drop_blanks(std::string_view& text) {
  while (!text.empty() && kBlank.contains(text.back())) text.remove_suffix(1);
}

// r"""...""", '''...''', "..."
std::string_view without_quotes(std::string_view text) {
  std::string_view inner = text;
  while (!inner.empty() && std::string_view(" \t\r\n").contains(inner.front()))
    inner.remove_prefix(1);
  while (!inner.empty() && std::string_view(" \t\r\n").contains(inner.back()))
    inner.remove_suffix(1);
  const std::size_t quote = inner.find_first_not_of("rRuUbBfF");
  if (quote == inner.npos || quote > 2) return text;
  for (const std::string_view mark : {"\"\"\"", "'''", "\"", "'"}) {
    const std::string_view rest = inner.substr(quote);
    if (rest.size() >= 2 * mark.size() && rest.starts_with(mark) && rest.ends_with(mark)) {
      return rest.substr(mark.size(), rest.size() - 2 * mark.size());
    }
  }
  return text;
}

// Longest first. A mark stands for blanks of its width, so that what is indented under it stays so.
constexpr std::array<std::string_view, 10> kMarks = {"///<", "//!<", "/**", "/*!", "///",
                                                     "//!",  "/*",   "//",  "#:",  "#"};

bool only_rule(std::string_view text) {
  return text.size() >= 3 && text.find_first_not_of("*=-#/~") == text.npos;
}

}  // namespace

std::vector<DocLine> doc_lines(std::string_view text) {
  text = without_quotes(text);
  std::vector<DocLine> lines;
  bool in_block = false;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    drop_blanks(line);
    std::size_t indent = 0;
    const auto eat_blanks = [&] {
      while (!line.empty() && kBlank.contains(line.front())) {
        indent += line.front() == '\t' ? 8 - indent % 8 : 1;
        line.remove_prefix(1);
      }
    };
    eat_blanks();
    for (const std::string_view mark : kMarks) {
      if (!line.starts_with(mark)) continue;
      in_block = mark.starts_with("/*");
      indent += mark.size();
      line.remove_prefix(mark.size());
      eat_blanks();
      break;
    }
    if (in_block && line.ends_with("*/")) {
      line.remove_suffix(2);
      drop_blanks(line);
      in_block = false;
    } else if (in_block && line.starts_with('*') && !line.starts_with("**")) {
      ++indent;
      line.remove_prefix(1);
      eat_blanks();
    }
    // NumPy underlines its headings with dashes, which mean something; other rules are decoration.
    if (only_rule(line) && !line.starts_with("---")) line = {};
    lines.push_back({indent, std::string(line)});
  }
  return lines;
}

std::string squeezed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

std::size_t sentence_end(std::string_view text) {
  constexpr std::array<std::string_view, 8> kNoEnd = {"e.g.", "i.e.", "etc.", "cf.",
                                                      "vs.",  "Eq.",  "no.",  "resp."};
  for (std::size_t at = text.find('.'); at != text.npos; at = text.find('.', at + 1)) {
    const std::string_view head = text.substr(0, at + 1);
    if (at + 1 == text.size()) return at + 1;
    if (text[at + 1] != ' ') continue;
    const bool abbreviation =
        std::ranges::any_of(kNoEnd, [&](std::string_view end) { return head.ends_with(end); });
    const bool initial = at >= 1 && std::isupper(static_cast<unsigned char>(text[at - 1])) &&
                         (at == 1 || text[at - 2] == ' ');
    if (!abbreviation && !initial) return at + 1;
  }
  return text.npos;
}

}  // namespace docwright::providers::offline
