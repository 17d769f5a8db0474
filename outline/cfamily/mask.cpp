#include "outline/cfamily/mask.h"

#include <algorithm>

#include "outline/cfamily/conditionals.h"
#include "outline/cfamily/macros.h"
#include "outline/cfamily/tokens.h"

namespace docwright::outline::cfamily {
namespace {

void blank(std::string& code, Range range) {
  for (std::uint32_t at = range.begin; at < range.end; ++at) {
    if (code[at] != '\n' && code[at] != '\r') code[at] = ' ';
  }
}

void note_braces(std::string_view source, const std::vector<Token>& tokens, Masked& masked) {
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::punctuation) continue;
    if (source[token.range.begin] == '{') masked.open_braces.push_back(token.range.begin);
    if (source[token.range.begin] == '}') masked.close_braces.push_back(token.range.begin);
  }
}

}  // namespace

Masked unmasked(std::string_view source) {
  Masked masked{.code = std::string(source), .text = std::string(source)};
  note_braces(source, tokens_of(source), masked);
  return masked;
}

Masked mask(std::string_view source) {
  Masked masked{.code = std::string(source)};
  const std::vector<Token> tokens = tokens_of(source);
  const std::vector<Range> branches = split_conditionals(source, tokens);
  for (const Range& range : branches) blank(masked.code, range);
  masked.text = masked.code;
  // What is blank now is no token any more.
  std::vector<Token> left;
  auto branch = branches.begin();
  for (const Token& token : tokens) {
    while (branch != branches.end() && branch->end <= token.range.begin) ++branch;
    const bool blanked = branch != branches.end() && branch->begin <= token.range.begin;
    if (!blanked && token.kind != Token::Kind::directive) left.push_back(token);
  }
  note_braces(source, left, masked);
  masked.macros = attribute_macros(source, left);
  for (const Range& range : masked.macros) blank(masked.code, range);
  masked.changed = !branches.empty() || !masked.macros.empty();
  return masked;
}

}  // namespace docwright::outline::cfamily
